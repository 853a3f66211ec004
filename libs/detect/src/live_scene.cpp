#include "live_scene.hpp"

#include <algorithm>

#include "places.hpp"
#include "rescue/base/ascii.hpp"
#include "rescue/detect/live.hpp"

extern const std::span<const rescue::EmbeddedFile> rescue_detect_live_rules;

namespace rescue::detect {
namespace {

/// A component begins with a dot that no tool for building and running programs is known to make.
bool has_hidden_part(std::string_view path, const Json& usual) {
  bool hidden = false;
  for (auto at = path.find("/."); at != path.npos; at = path.find("/.", at + 1)) {
    const auto part = path.substr(at + 1, path.find('/', at + 1) - at - 1);
    if (path.find('/', at + 1) == path.npos) continue;  // the program's own name
    if (std::find(usual.begin(), usual.end(), Json(std::string(part))) != usual.end()) return false;
    hidden = true;
  }
  return hidden || path.substr(path.rfind('/') + 1).starts_with('.');
}

/// What somebody may have as a password in a command, by how the option is written.
std::string without_password(const std::string& word, std::string_view before) {
  static constexpr std::string_view kOptions[] = {
      "--password=", "--pass=",   "--passwd=", "--token=", "--secret=",
      "--api-key=",  "password=", "passwd=",   "--auth="};
  const auto lower = lower_ascii(word);
  for (const auto option : kOptions)
    if (lower.starts_with(option)) return word.substr(0, option.size()) + "…";
  if (before == "--password" || before == "--token" || before == "--secret" || before == "--pass") return "…";
  const bool my_sql = word.size() > 2 && word.starts_with("-p") && word.find('/') == word.npos;
  if (my_sql && before.empty()) return "-p…";
  const auto scheme = word.find("://");
  const auto at = word.rfind('@');
  const auto colon = scheme == word.npos ? word.npos : word.find(':', scheme + 3);
  if (colon != word.npos && at != word.npos && colon < at)
    return word.substr(0, colon + 1) + "…" + word.substr(at);
  return word;
}

}  // namespace

const RuleBook& live_rules() {
  static const RuleBook book = [] {
    auto loaded = RuleBook::load(rescue_detect_live_rules);
    if (!loaded) throw std::logic_error(loaded.error().detail);
    return *std::move(loaded);
  }();
  return book;
}

LiveScene::LiveScene(const evidence::LiveState& live, const Scene& scene, std::string own_folder)
    : state(live), disk(scene), own_folder_(std::move(own_folder)) {
  for (const auto& [pid, process] : state.processes)
    for (const auto& descriptor : process.descriptors)
      if (descriptor.inode != 0) holders_[descriptor.inode].push_back(pid);
  for (const auto& one : state.sockets.sockets)
    if (one.inode != 0) sockets_.emplace(one.inode, &one);
  find_ours();
}

/// Up from the probe: its shell, sudo, the session's sshd, but not the service that takes all log-ins; and
/// what all these have started since, which is at most the probe's own children.
void LiveScene::find_ours() {
  constexpr int kMostSteps = 64;
  const auto* at = process(state.clock.own_pid);
  for (int step = 0; at != nullptr && step < kMostSteps; ++step) {
    const bool service = at->parent <= 1 && at->pid != state.clock.own_pid;
    if (service || at->pid <= 1) break;
    ours_.insert(at->pid);
    at = process(at->parent);
  }
  for (const auto& [pid, one] : state.processes)
    if (one.parent == state.clock.own_pid && one.parent > 0) ours_.insert(pid);
}

bool LiveScene::is_ours(const Process& process) const {
  const bool lies_there = !own_folder_.empty() && process.program.starts_with(own_folder_ + "/");
  return ours_.contains(process.pid) || lies_there;
}

bool LiveScene::is_foreign(std::string_view path) const {
  if (!path.starts_with('/') || !disk.survey.foreign(std::string(path)) ||
      !disk.survey.foreign(disk.survey.packages.canonical(path)))
    return false;
  // A link beside the file, as for a library's short name.
  const auto target = disk.root.link_target(path);
  if (!target) return true;
  const auto whole =
      target->starts_with('/') ? *target : std::string(path.substr(0, path.rfind('/') + 1)) + *target;
  return disk.survey.foreign(disk.survey.packages.canonical(whole));
}

bool LiveScene::is_foreign(const Process& process) const {
  return on_our_disk(process) && is_foreign(process.program);
}

LivePlace LiveScene::place_of(std::string_view path) const {
  const auto& match = live_rules().rule("live.odd_place_program").match;
  const bool temporary = lies_below(path, match.at("temporary"));
  const bool device = lies_below(path, match.at("devices"));
  if (evidence::is_blank_name(path) || device) return LivePlace::kHidden;
  if (has_hidden_part(path, match.at("usual_parts")) && lies_below(path, match.at("hidden_folders")))
    return LivePlace::kHidden;
  if (temporary) return LivePlace::kTemporary;
  const auto& roots = disk.artifacts.web.roots;
  const bool web = std::any_of(roots.begin(), roots.end(), [&](const evidence::WebRoot& root) {
    return root.directory.size() > 1 && path.starts_with(root.directory + "/");
  });
  return web ? LivePlace::kWeb : LivePlace::kUsual;
}

std::string LiveScene::account_of(const Process& process) const {
  if (!process.uid) return "";
  for (const auto& account : disk.artifacts.accounts.accounts)
    if (account.uid == *process.uid) return name_of(account.name);
  return "uid " + std::to_string(*process.uid);
}

const LiveScene::Process* LiveScene::process(std::int32_t pid) const {
  const auto at = state.processes.find(pid);
  return at == state.processes.end() ? nullptr : &at->second;
}

const LiveScene::Process* LiveScene::ancestor(const Process& of, const Json& programs) const {
  constexpr int kMostSteps = 64;
  const auto* at = process(of.parent);
  for (int step = 0; at != nullptr && step < kMostSteps; ++step) {
    if (is_one_of(program_name(at->program), programs)) return at;
    at = process(at->parent);
  }
  return nullptr;
}

const std::vector<std::int32_t>& LiveScene::holders(std::uint64_t inode) const {
  static const std::vector<std::int32_t> nobody;
  const auto at = holders_.find(inode);
  return at == holders_.end() ? nobody : at->second;
}

const evidence::LiveSocket* LiveScene::socket(std::uint64_t inode) const {
  const auto at = sockets_.find(inode);
  return at == sockets_.end() ? nullptr : at->second;
}

std::string_view words_for(LivePlace place) {
  switch (place) {
    case LivePlace::kUsual:
      return "a usual folder";
    case LivePlace::kWeb:
      return "a web folder";
    case LivePlace::kTemporary:
      return "a folder for temporary files";
    case LivePlace::kHidden:
      return "a folder where nobody looks for programs";
  }
  return "";
}

std::string_view program_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_one_of(std::string_view name, const Json& names) {
  return std::any_of(names.begin(), names.end(), [&](const Json& known) {
    const auto& wanted = known.get_ref<const std::string&>();
    return name.starts_with(wanted) && name.find_first_not_of("0123456789.-", wanted.size()) == name.npos;
  });
}

std::string peer_of(const evidence::LiveSocket& socket) {
  const bool v6 = socket.peer.find(':') != std::string::npos;
  return (v6 ? "[" + socket.peer + "]" : socket.peer) + ":" + std::to_string(socket.peer_port);
}

std::string end_of(const evidence::LiveSocket& socket) {
  const bool v6 = socket.address.find(':') != std::string::npos;
  return (v6 ? "[" + socket.address + "]" : socket.address) + ":" + std::to_string(socket.port) + "/" +
         socket.protocol;
}

std::string shown_command(const evidence::LiveProcess& process) {
  constexpr std::size_t kMostBytes = 300;
  if (process.arguments.empty()) return "[" + process.name + "]";
  const auto name = program_name(process.arguments.front());
  const bool my_sql = name.starts_with("mysql") || name.starts_with("maria");
  std::string out;
  std::string_view before;
  for (const auto& word : process.arguments) {
    const auto option = std::string_view(word).starts_with("-p") && !my_sql;
    out += (out.empty() ? "" : " ") + (option ? word : without_password(word, before));
    before = word.starts_with("--") ? std::string_view(word) : std::string_view();
    if (out.size() > kMostBytes) break;
  }
  return out.substr(0, kMostBytes);
}

Finding live_finding(const Rule& rule, const LiveScene& scene, const evidence::LiveProcess& process,
                     std::map<std::string, std::string> values) {
  const auto command = shown_command(process);
  const auto program = process.program.empty() ? process.name : process.program;
  values.emplace("pid", std::to_string(process.pid));
  values.emplace("program", program);
  values.emplace("command", command);
  values.emplace("account", scene.account_of(process));
  if (process.program.starts_with('/') && !process.program_in_memory) values.emplace("path", process.program);
  auto finding = rule.finding(values);
  finding.time = process.started;
  EvidenceRef ref;
  ref.file = "/proc/" + std::to_string(process.pid);
  ref.excerpt = "pid " + std::to_string(process.pid) + ", parent " + std::to_string(process.parent) + ", " +
                scene.account_of(process) + ": " + program + (process.program_deleted ? " (deleted)" : "") +
                (process.container.empty() ? "" : " in the container " + process.container) +
                (process.program_sha256.empty() ? "" : " [SHA-256 " + process.program_sha256 + "]") + ": " +
                command;
  if (finding.time) finding.notes.push_back({*finding.time, finding.title, ref.file});
  finding.evidence.push_back(std::move(ref));
  return finding;
}

Finding live_finding(const Rule& rule, const LiveScene& scene, const std::string& file,
                     const std::string& excerpt, const std::map<std::string, std::string>& values) {
  auto finding = rule.finding(values);
  finding.time = scene.state.clock.taken;
  EvidenceRef ref;
  ref.file = file;
  ref.excerpt = excerpt.substr(0, 512);
  finding.evidence.push_back(std::move(ref));
  return finding;
}

}  // namespace rescue::detect
