// Where the programs of processes lie, and whether their files are still there.
#include <algorithm>

#include "live_scene.hpp"
#include "places.hpp"
#include "rescue/detect/live.hpp"

namespace rescue::detect {
namespace {

using Process = evidence::LiveProcess;

/// dpkg and rpm put the new file beside the old one under such a name first.
std::string without_update_ending(const std::string& path) {
  for (const std::string_view ending : {".dpkg-tmp", ".dpkg-new", ".dpkg-old"})
    if (path.ends_with(ending)) return path.substr(0, path.size() - ending.size());
  const auto mark = path.rfind(';');
  const bool rpm = mark != path.npos && path.find_first_not_of("0123456789abcdef", mark + 1) == path.npos;
  return rpm ? path.substr(0, mark) : path;
}

/// The file was put there anew, or its package was removed.
bool was_updated(const std::string& program, const LiveScene& scene) {
  const auto path = without_update_ending(program);
  const auto info = scene.disk.root.info(path, evidence::SafeRoot::LastLink::kFollow);
  return (info && info->kind == evidence::FileKind::kRegular) ||
         (scene.disk.survey.packages.known() && !scene.is_foreign(path));
}

bool talks_to_outside(const Process& process, const LiveScene& scene) {
  return std::any_of(process.descriptors.begin(), process.descriptors.end(), [&](const auto& descriptor) {
    const auto* socket = descriptor.socket ? scene.socket(descriptor.inode) : nullptr;
    return socket != nullptr &&
           (socket->connected() ? !evidence::is_loopback(socket->peer)
                                : socket->listens() && !evidence::is_loopback(socket->address));
  });
}

class Programs {
 public:
  Programs(const LiveScene& scene, CaseFile& file) : scene_(scene), file_(file) {}

  void judge(const Process& process) {
    if (process.program.empty() || !scene_.on_our_disk(process)) return;
    if (process.program_in_memory) {
      judge_in_memory(process);
    } else if (process.program_deleted) {
      judge_deleted(process);
    } else if (!judge_place(process)) {
      judge_script(process);
    }
  }

  void report_replaced() {
    if (replaced_.empty()) return;
    auto finding = live_finding(live_rules().rule("live.replaced_program"), scene_, *replaced_.front(),
                                {{"count", std::to_string(replaced_.size())}});
    finding.notes.clear();  // nothing that happened
    finding.account.clear();
    constexpr std::size_t kMostShown = 20;
    for (std::size_t i = 1; i < std::min(replaced_.size(), kMostShown); ++i) {
      auto more = live_finding(live_rules().rule("live.replaced_program"), scene_, *replaced_[i]);
      finding.evidence.push_back(std::move(more.evidence.front()));
    }
    file_.add(std::move(finding));
  }

 private:
  void judge_in_memory(const Process& process) {
    const auto& rule = live_rules().rule("live.memory_program");
    if (lies_below(process.program, rule.match.at("harmless"))) return;
    file_.add(live_finding(rule, scene_, process));
  }

  void judge_deleted(const Process& process) {
    const auto place = scene_.place_of(process.program);
    if (place == LivePlace::kTemporary || place == LivePlace::kHidden) {
      file_.add(live_finding(live_rules().rule("live.deleted_odd_program"), scene_, process,
                             {{"place", std::string(words_for(place))}}));
      return;
    }
    if (was_updated(process.program, scene_)) {
      replaced_.push_back(&process);
      return;
    }
    auto finding = live_finding(live_rules().rule("live.deleted_program"), scene_, process);
    if (talks_to_outside(process, scene_)) finding.severity = Severity::kMedium;
    file_.add(std::move(finding));
  }

  bool judge_place(const Process& process) {
    const auto place = scene_.place_of(process.program);
    if (place == LivePlace::kUsual || (scene_.disk.survey.packages.known() && !scene_.is_foreign(process)))
      return false;
    if (place == LivePlace::kWeb) {
      auto finding = live_finding(live_rules().rule("live.web_folder_program"), scene_, process);
      const auto& servers = live_rules().rule("live.web_server_shell").match.at("servers");
      if (scene_.ancestor(process, servers) == nullptr) finding.severity = Severity::kLow;
      file_.add(std::move(finding));
      return true;
    }
    auto finding = live_finding(live_rules().rule("live.odd_place_program"), scene_, process,
                                {{"place", std::string(words_for(place))}});
    if (place == LivePlace::kHidden) finding.severity = severity_of_hidden(process.program);
    file_.add(std::move(finding));
    return true;
  }

  /// Accounts keep programs of their own in hidden folders of their homes.
  static Severity severity_of_hidden(const std::string& program) {
    const auto& match = live_rules().rule("live.odd_place_program").match;
    if (evidence::is_blank_name(program) || lies_below(program, match.at("grave_folders")))
      return Severity::kHigh;
    const auto& shared = match.at("shared_parts");
    const bool usual = std::any_of(shared.begin(), shared.end(), [&](const Json& part) {
      return program.find("/" + part.get_ref<const std::string&>() + "/") != std::string::npos;
    });
    return usual ? Severity::kLow : Severity::kMedium;
  }

  /// The first word that is no option, of an interpreter.
  void judge_script(const Process& process) {
    const auto& rule = live_rules().rule("live.odd_place_script");
    if (!is_one_of(program_name(process.program), rule.match.at("interpreters"))) return;
    for (std::size_t i = 1; i < process.arguments.size(); ++i) {
      const auto& word = process.arguments[i];
      if (word == "-c" || word == "-e" || word == "-r" || word == "-m") return;  // code, no script
      if (word.starts_with('-')) continue;
      const auto path = word.starts_with('/') ? word : process.folder + "/" + word;
      const auto place = scene_.place_of(path);
      if (place != LivePlace::kTemporary && place != LivePlace::kHidden) return;
      if (path.starts_with("/dev/fd/") || path == "/dev/stdin" || path == "/dev/null") return;
      auto finding =
          live_finding(rule, scene_, process,
                       {{"script", path}, {"place", std::string(words_for(place))}, {"path", path}});
      file_.add(std::move(finding));
      return;
    }
  }

  const LiveScene& scene_;
  CaseFile& file_;
  std::vector<const Process*> replaced_;
};

}  // namespace

void judge_programs(const LiveScene& scene, CaseFile& file) {
  Programs programs(scene, file);
  for (const auto& [pid, process] : scene.state.processes)
    if (!scene.is_ours(process)) programs.judge(process);
  programs.report_replaced();
}

}  // namespace rescue::detect
