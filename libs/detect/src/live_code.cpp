// Code within processes that is not their own: preloaded and mapped libraries, programs of BPF.
#include <algorithm>

#include "live_scene.hpp"
#include "places.hpp"
#include "rescue/detect/live.hpp"

namespace rescue::detect {
namespace {

using Process = evidence::LiveProcess;

/// Libraries that no package brought, by path: who runs their code.
using Strangers = std::map<std::string, std::vector<const Process*>>;

bool is_odd(std::string_view path, const LiveScene& scene) {
  const auto place = scene.place_of(path);
  return place == LivePlace::kTemporary || place == LivePlace::kHidden;
}

/// "/dev/zero", "/SYSV00000000", "/memfd:x", "/[aio]": memory that has a name and no file.
bool is_file(std::string_view path) {
  const bool shared = path.starts_with("/dev/") && !path.starts_with("/dev/shm/");
  return !shared && !path.starts_with("/SYSV") && !path.starts_with("/memfd:") && !path.starts_with("/[") &&
         !path.starts_with("/anon") && !path.starts_with("/proc/") && !path.starts_with("/i915");
}

/// In a folder where the loader looks first, or among the modules of PAM; other software has folders of its
/// own below these for what it loads.
bool lies_among_system(std::string_view path) {
  const auto& match = live_rules().rule("live.foreign_library").match;
  const auto names = [](const Json& list, std::string_view name) {
    return std::find(list.begin(), list.end(), Json(std::string(name))) != list.end();
  };
  auto folder = path.substr(0, path.rfind('/'));
  while (names(match.at("parts"), program_name(folder))) folder = folder.substr(0, folder.rfind('/'));
  return names(match.at("system"), folder);
}

void judge_preload(const Process& process, const LiveScene& scene, CaseFile& file) {
  const auto& rule = live_rules().rule("live.preloaded");
  for (const auto& name : rule.match.at("variables")) {
    const auto at = process.environment.find(name.get_ref<const std::string&>());
    if (at == process.environment.end()) continue;
    for (std::string_view rest = at->second; !rest.empty();) {
      const auto library = rest.substr(0, rest.find_first_of(": "));
      rest.remove_prefix(std::min(rest.size(), library.size() + 1));
      const bool odd = is_odd(library, scene);
      if (!library.starts_with('/') || (!odd && !scene.is_foreign(library))) continue;
      auto finding = live_finding(
          rule, scene, process,
          {{"variable", at->first}, {"library", std::string(library)}, {"path", std::string(library)}});
      if (odd) finding.severity = Severity::kHigh;
      if (!odd && lies_below(library, rule.match.at("usual"))) finding.severity = Severity::kLow;
      file.add(std::move(finding));
      return;
    }
  }
}

void collect_strangers(const Process& process, const LiveScene& scene, Strangers& strangers) {
  const auto& rule = live_rules().rule("live.foreign_library");
  constexpr std::string_view kDeleted = " (deleted)";
  if (scene.is_foreign(process)) return;  // somebody's own program brings its own
  const bool unpacks = is_one_of(program_name(process.program), rule.match.at("unpackers"));
  for (const auto& mapped : process.libraries) {
    const bool gone = mapped.ends_with(kDeleted);
    const auto path = mapped.substr(0, mapped.size() - (gone ? kDeleted.size() : 0));
    if (!is_file(path)) continue;
    const bool odd = is_odd(path, scene) && !unpacks;
    const bool among_system = !gone && lies_among_system(path) && scene.is_foreign(path);
    if (odd || among_system) strangers[path].push_back(&process);
  }
}

void report_strangers(const Strangers& strangers, const LiveScene& scene, CaseFile& file) {
  for (const auto& [path, processes] : strangers) {
    auto finding =
        live_finding(live_rules().rule("live.foreign_library"), scene, *processes.front(),
                     {{"library", path}, {"path", path}, {"count", std::to_string(processes.size())}});
    if (is_odd(path, scene)) finding.severity = Severity::kHigh;
    constexpr std::size_t kMostShown = 10;
    for (std::size_t i = 1; i < std::min(processes.size(), kMostShown); ++i) {
      auto more = live_finding(live_rules().rule("live.foreign_library"), scene, *processes[i]);
      finding.evidence.push_back(std::move(more.evidence.front()));
    }
    file.add(std::move(finding));
  }
}

void judge_bpf(const Process& process, const LiveScene& scene, CaseFile& file) {
  const auto& rule = live_rules().rule("live.bpf_holder");
  if (!scene.is_foreign(process)) return;
  const auto& targets = rule.match.at("targets");
  const bool holds =
      std::any_of(process.descriptors.begin(), process.descriptors.end(), [&](const auto& descriptor) {
        return std::find(targets.begin(), targets.end(), Json(descriptor.target)) != targets.end();
      });
  if (holds) file.add(live_finding(rule, scene, process));
}

}  // namespace

void judge_code(const LiveScene& scene, CaseFile& file) {
  Strangers strangers;
  for (const auto& [pid, process] : scene.state.processes) {
    if (scene.is_ours(process) || !scene.on_our_disk(process)) continue;
    judge_preload(process, scene, file);
    collect_strangers(process, scene, strangers);
    judge_bpf(process, scene, file);
  }
  report_strangers(strangers, scene, file);
}

}  // namespace rescue::detect
