#include "rescue/evidence/live_processes.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "live_text.hpp"
#include "rescue/evidence/line_reader.hpp"

namespace rescue::evidence {
namespace {

constexpr std::string_view kDeleted = " (deleted)";
constexpr std::uint64_t kTicksPerSecond = 100;  // USER_HZ, the same on all machines that the probe is for

/// The value of a line "name<blanks>value".
std::string_view value_of(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    auto line = take_line(text);
    if (take_word(line) == name) return line.substr(std::min(line.size(), line.find_first_not_of(" \t")));
  }
  return {};
}

std::string cut(std::string_view text, std::size_t bytes_max) {
  return std::string(text.substr(0, bytes_max));
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

void parse_descriptors(std::string_view text, LiveProcess& process) {
  while (!text.empty()) {
    auto entry = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(text.size(), entry.size() + 1));
    LiveDescriptor descriptor;
    descriptor.number = number_of<std::int32_t>(take_word(entry), -1);
    if (descriptor.number < 0 || entry.empty()) continue;
    entry.remove_prefix(1);
    descriptor.target = cut(entry, 512);
    descriptor.socket = entry.starts_with("socket:[");
    if ((descriptor.socket || entry.starts_with("pipe:[")) && entry.ends_with("]")) {
      const auto open = entry.find('[');
      descriptor.inode = number_of<std::uint64_t>(entry.substr(open + 1, entry.size() - open - 2));
    }
    process.descriptors.push_back(std::move(descriptor));
  }
}

void parse_environment(std::string_view text, LiveProcess& process) {
  while (!text.empty()) {
    const auto variable = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(text.size(), variable.size() + 1));
    const auto equals = variable.find('=');
    if (equals == variable.npos || equals == 0) continue;
    process.environment.emplace(variable.substr(0, equals), cut(variable.substr(equals + 1), 1024));
  }
}

/// "55…-55… r-xp 0000 08:01 123   /usr/lib/libx.so"
void parse_libraries(std::string_view text, LiveProcess& process) {
  constexpr std::size_t kMost = 2'000;
  std::set<std::string, std::less<>> seen;
  while (!text.empty() && seen.size() < kMost) {
    auto line = take_line(text);
    for (int i = 0; i < 5; ++i) take_word(line);
    const auto first = line.find('/');
    if (first == line.npos || line.find_first_not_of(' ') != first) continue;
    auto path = without_octal(line.substr(first));
    const auto bare = std::string_view(path).substr(0, path.rfind(kDeleted));
    if (bare != process.program && path.size() <= 4096) seen.insert(std::move(path));
  }
  process.libraries.assign(seen.begin(), seen.end());
}

void parse_program(const LiveSnapshot& snapshot, const std::string& folder, LiveProcess& process) {
  const auto link = snapshot.link(folder + "exe");
  if (!link) return;
  auto path = *link;
  process.program_deleted = path.ends_with(kDeleted);
  if (process.program_deleted) path.remove_suffix(kDeleted.size());
  process.program = cut(path, 4096);
  process.program_in_memory = path.starts_with("/memfd:");
  process.program_sha256 = cut(snapshot.bytes(folder + "exe.sha256"), 64);
}

/// It sees another disk, and lives in namespaces of its own: services that shut themselves into a folder
/// (chroot) or have a private /tmp are the server's own.
bool is_in_container(const LiveSnapshot& snapshot, const std::string& folder, const LiveProcess& process,
                     const LiveClock& clock) {
  static constexpr std::string_view kMakers[] = {"docker", "lxc",        "libpod", "kubepods",
                                                 "crio",   "containerd", "podman", "machine.slice"};
  const auto root_id = snapshot.bytes(folder + "root.id");
  if (root_id.empty() || clock.root_id.empty() || root_id == clock.root_id) return false;
  if (process.mount_namespace == snapshot.link("/proc/self/ns/mnt")) return false;
  return process.pid_namespace != snapshot.link("/proc/self/ns/pid") ||
         std::any_of(std::begin(kMakers), std::end(kMakers),
                     [&](std::string_view maker) { return process.cgroup.find(maker) != std::string::npos; });
}

LiveProcess parse_process(const LiveSnapshot& snapshot, std::int32_t pid, const LiveClock& clock) {
  const auto folder = "/proc/" + std::to_string(pid) + "/";
  LiveProcess process;
  process.pid = pid;
  parse_process_stat(snapshot.bytes(folder + "stat"), process);
  parse_process_status(snapshot.bytes(folder + "status"), process);
  if (clock.booted && process.start_ticks > 0 && process.start_ticks < (1ULL << 40U))
    process.started =
        *clock.booted + std::chrono::milliseconds(process.start_ticks * 1'000 / kTicksPerSecond);
  parse_program(snapshot, folder, process);
  process.arguments = parse_arguments(snapshot.bytes(folder + "cmdline"));
  process.command = joined(process.arguments);
  const auto link = [&](const char* name) { return cut(snapshot.link(folder + name).value_or(""), 4096); };
  process.folder = link("cwd");
  process.root = link("root");
  process.network = link("ns/net");
  process.pid_namespace = link("ns/pid");
  process.mount_namespace = link("ns/mnt");
  auto cgroup = snapshot.bytes(folder + "cgroup");
  process.cgroup = cut(cgroup.substr(0, cgroup.find('\n', cgroup.rfind("::"))), 1024);
  process.other_root = is_in_container(snapshot, folder, process, clock);
  if (process.other_root) process.container = container_of(process.cgroup);
  parse_descriptors(snapshot.bytes(folder + "fd"), process);
  parse_environment(snapshot.bytes(folder + "environ"), process);
  parse_libraries(snapshot.bytes(folder + "maps"), process);
  return process;
}

void mark_hidden(std::string_view text, std::map<std::int32_t, LiveProcess>& processes) {
  constexpr int kMost = 10'000;
  for (int count = 0; !text.empty() && count < kMost; ++count) {
    auto line = take_line(text);
    const auto pid = number_of<std::int32_t>(take_word(line));
    if (pid <= 0) continue;
    auto& process = processes[pid];
    process.pid = pid;
    process.hidden = cut(take_word(line), 32);
  }
}

}  // namespace

const LiveDescriptor* LiveProcess::descriptor(std::int32_t wanted) const {
  const auto at = std::find_if(descriptors.begin(), descriptors.end(),
                               [&](const LiveDescriptor& d) { return d.number == wanted; });
  return at == descriptors.end() ? nullptr : &*at;
}

bool parse_process_stat(std::string_view text, LiveProcess& process) {
  // The name may hold anything, brackets and blanks too: it ends at the last bracket.
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  if (open == text.npos || close == text.npos || close < open) return false;
  process.name = cut(text.substr(open + 1, close - open - 1), 64);
  auto rest = text.substr(close + 1);
  constexpr std::size_t kState = 3, kFields = 23;
  std::array<std::string_view, kFields> fields;
  for (std::size_t i = kState; i < kFields; ++i) fields[i] = take_word(rest);
  if (fields[22].empty()) return false;
  process.state = fields[3].front();
  process.parent = number_of<std::int32_t>(fields[4]);
  process.session = number_of<std::int32_t>(fields[6]);
  process.terminal = number_of<std::int32_t>(fields[7]);
  constexpr std::uint64_t kKernelThread = 0x0020'0000;  // PF_KTHREAD
  process.kernel_thread = (number_of<std::uint64_t>(fields[9]) & kKernelThread) != 0;
  process.cpu_ticks = number_of<std::uint64_t>(fields[14]) + number_of<std::uint64_t>(fields[15]);
  process.start_ticks = number_of<std::uint64_t>(fields[22]);
  return true;
}

void parse_process_status(std::string_view text, LiveProcess& process) {
  auto uids = value_of(text, "Uid:");
  const auto real = take_word(uids), effective = take_word(uids);
  if (!real.empty()) process.uid = number_of<std::uint32_t>(real);
  if (!effective.empty()) process.effective_uid = number_of<std::uint32_t>(effective);
  process.tracer = number_of<std::int32_t>(value_of(text, "TracerPid:"));
  process.told_pid = number_of<std::int32_t>(value_of(text, "Tgid:"));
}

std::string container_of(std::string_view cgroup) {
  static constexpr std::string_view kBefore[] = {
      "/lxc.payload.", "/lxc.payload/",    "/lxc/",  "/docker-",  "/docker/",
      "/libpod-",      "/cri-containerd-", "/crio-", "/machine-", "/systemd-nspawn@"};
  for (const auto before : kBefore) {
    const auto at = cgroup.find(before);
    if (at == cgroup.npos) continue;
    auto name = cgroup.substr(at + before.size());
    name = name.substr(0, name.find('/'));
    for (const std::string_view ending : {".scope", ".service"})
      if (name.ends_with(ending)) name.remove_suffix(ending.size());
    constexpr std::size_t kIdBytes = 64, kShownBytes = 12;
    const bool id = name.size() == kIdBytes && name.find_first_not_of("0123456789abcdef") == name.npos;
    return cut(name, id ? kShownBytes : kIdBytes);
  }
  return "";
}

std::vector<std::string> parse_arguments(std::string_view text) {
  constexpr std::size_t kMost = 256, kMostBytes = 4096;
  text = text.substr(0, kMostBytes);
  std::vector<std::string> out;
  while (!text.empty() && out.size() < kMost) {
    const auto word = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    out.emplace_back(word);
  }
  while (!out.empty() && out.back().empty()) out.pop_back();  // a long name that was written over ends so
  return out;
}

LiveClock parse_live_clock(const LiveSnapshot& snapshot) {
  LiveClock clock;
  const auto taken = snapshot.bytes(live_path::kTaken);
  constexpr std::int64_t kMostSeconds = 1LL << 33;
  const auto time_us = number_of<std::int64_t>(value_of(taken, "time_us"));
  if (time_us > 0 && time_us / 1'000'000 < kMostSeconds) clock.taken = from_us(time_us);
  clock.own_pid = number_of<std::int32_t>(value_of(taken, "pid"));
  clock.effective_uid = number_of<std::uint32_t>(value_of(taken, "effective_uid"));
  clock.root_id = cut(value_of(taken, "root_id"), 64);
  clock.refused = number_of<std::uint64_t>(value_of(taken, "refused"));
  clock.left_out = number_of<std::uint64_t>(value_of(taken, "left_out"));
  const auto booted = number_of<std::int64_t>(value_of(snapshot.bytes("/proc/stat"), "btime"));
  if (booted > 0 && booted < kMostSeconds) clock.booted = from_us(booted * 1'000'000);
  auto uptime = snapshot.bytes("/proc/uptime");
  const auto seconds = take_word(uptime);
  clock.uptime_s = static_cast<double>(number_of<std::uint32_t>(seconds.substr(0, seconds.find('.'))));
  auto boot_id = snapshot.bytes("/proc/sys/kernel/random/boot_id");
  clock.boot_id = cut(boot_id.substr(0, boot_id.find('\n')), 64);
  return clock;
}

std::map<std::int32_t, LiveProcess> parse_processes(const LiveSnapshot& snapshot, const LiveClock& clock,
                                                    const std::function<bool(const std::string&)>& on_each) {
  std::map<std::int32_t, LiveProcess> processes;
  for (const auto pid : snapshot.numbers_below("/proc/")) {
    if (on_each("/proc/" + std::to_string(pid))) processes.emplace(pid, parse_process(snapshot, pid, clock));
  }
  mark_hidden(snapshot.bytes(live_path::kHidden), processes);
  return processes;
}

}  // namespace rescue::evidence
