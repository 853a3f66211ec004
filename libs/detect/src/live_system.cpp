// What the kernel says of itself: modules, taint, mounts that cover something.
#include <algorithm>
#include <charconv>
#include <set>

#include "live_scene.hpp"
#include "places.hpp"
#include "rescue/detect/live.hpp"
#include "rescue/evidence/line_reader.hpp"

namespace rescue::detect {
namespace {

using evidence::LiveModule;
using evidence::LiveMount;

/// "kernel/fs/ext4/ext4.ko.xz" is "ext4"; the kernel writes "_" for "-".
std::string module_name(std::string_view path) {
  auto name = std::string(program_name(path));
  name.resize(std::min(name.size(), name.find(".ko")));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// The files of the running kernel's modules, by name, as modules.dep lists them; empty where its folder is
/// gone.
std::map<std::string, std::string> module_files(const LiveScene& scene) {
  std::map<std::string, std::string> files;
  const auto& release = scene.state.system.release;
  if (release.empty() || release.find('/') != release.npos) return files;
  constexpr std::size_t kMostBytes = 8 << 20;
  for (const std::string base : {"/usr/lib/modules/", "/lib/modules/"}) {
    const auto text = scene.disk.root.read_small(base + release + "/modules.dep", kMostBytes);
    if (!text) continue;
    for (std::string_view rest = *text; !rest.empty();) {
      const auto line = evidence::take_line(rest);
      const auto path = line.substr(0, line.find(':'));
      if (!path.empty()) files.emplace(module_name(path), base + release + "/" + std::string(path));
    }
    break;
  }
  return files;
}

void judge_lists_of_modules(const LiveScene& scene, CaseFile& file) {
  if (!scene.state.system.modules_seen) return;
  for (const auto& module : scene.state.system.modules) {
    if (module.listed == module.has_folder || (!module.state.empty() && module.state != "Live")) continue;
    const std::string reason = module.listed ? "stands in /proc/modules and has no folder in /sys/module"
                                             : "has a folder in /sys/module and stands not in /proc/modules";
    file.add(live_finding(live_rules().rule("live.hidden_module"), scene, "/proc/modules", module.name,
                          {{"module", module.name}, {"reason", reason}}));
  }
}

void judge_files_of_modules(const LiveScene& scene, CaseFile& file) {
  // A container sees its machine's modules, and not their files.
  if (!scene.state.own_pid_namespace_is_first || !scene.disk.survey.packages.known()) return;
  const auto& rule = live_rules().rule("live.foreign_module");
  const auto files = module_files(scene);
  const auto& modules = scene.state.system.modules;
  const auto is_known = [&](const LiveModule& module) {
    const auto at = files.find(module_name(module.name));
    return !module.listed || (at != files.end() && !scene.is_foreign(at->second));
  };
  const auto known = std::count_if(modules.begin(), modules.end(), is_known);
  // A kernel of one's own has modules of one's own.
  if (files.empty() || static_cast<std::size_t>(known) * 2 < modules.size()) return;
  for (const auto& module : modules) {
    if (is_known(module)) continue;
    const auto at = files.find(module_name(module.name));
    const bool built =
        at != files.end() &&
        std::any_of(rule.match.at("built").begin(), rule.match.at("built").end(), [&](const Json& part) {
          return at->second.find(part.get_ref<const std::string&>()) != std::string::npos;
        });
    const std::string reason = at == files.end() ? "and has no file among those of the running kernel"
                                                 : "from " + at->second + ", which no package brought";
    auto finding = live_finding(rule, scene, "/proc/modules", module.name + " " + module.taints,
                                {{"module", module.name}, {"reason", reason}});
    if (built) finding.severity = Severity::kInfo;
    if (at != files.end()) finding.path = at->second;
    file.add(std::move(finding));
  }
}

void judge_taint(const LiveScene& scene, CaseFile& file) {
  struct Bit {
    unsigned bit;
    std::string_view words;
  };
  static constexpr Bit kBits[] = {
      {0, "a module under another licence"}, {1, "a module loaded by force"},
      {3, "a module removed by force"},      {12, "a module from outside of the kernel"},
      {13, "a module without a signature"},  {15, "the kernel was patched as it ran"}};
  std::string reason;
  for (const auto& [bit, words] : kBits)
    if ((scene.state.system.taint >> bit & 1U) != 0)
      reason += (reason.empty() ? "" : ", ") + std::string(words);
  if (reason.empty()) return;
  file.add(live_finding(live_rules().rule("live.kernel_taint"), scene, "/proc/sys/kernel/tainted",
                        std::to_string(scene.state.system.taint), {{"reason", reason}}));
}

void judge_core_pattern(const LiveScene& scene, CaseFile& file) {
  std::string_view pattern = scene.state.system.core_pattern;
  if (!pattern.starts_with('|') || !scene.state.own_pid_namespace_is_first) return;
  pattern.remove_prefix(1);
  const auto program = pattern.substr(0, pattern.find(' '));
  if (!scene.is_foreign(program)) return;
  auto finding = live_finding(live_rules().rule("live.core_pattern"), scene, "/proc/sys/kernel/core_pattern",
                              scene.state.system.core_pattern, {{"program", std::string(program)}});
  finding.path = program;
  file.add(std::move(finding));
}

/// "/proc/12" or what lies below it.
bool covers_process(std::string_view at) {
  constexpr std::string_view kProc = "/proc/";
  if (!at.starts_with(kProc)) return false;
  const auto number = at.substr(kProc.size(), at.find('/', kProc.size()) - kProc.size());
  return !number.empty() && number.find_first_not_of("0123456789") == number.npos;
}

void judge_mount(const LiveMount& mount, const LiveScene& scene, CaseFile& file) {
  const auto& system = live_rules().rule("live.system_mount");
  const auto& places = system.match.at("places");
  const bool process = covers_process(mount.at);
  const bool covers = std::any_of(places.begin(), places.end(), [&](const Json& place) {
    const auto& path = place.get_ref<const std::string&>();
    return mount.at == path || mount.at.starts_with(path + "/");
  });
  if (!process && !covers) return;
  const auto& rule = process ? live_rules().rule("live.process_mount") : system;
  auto finding = live_finding(rule, scene, "/proc/self/mountinfo",
                              mount.root + " of " + mount.source + " (" + mount.type + ") at " + mount.at,
                              {{"path", mount.at}});
  // Those who set up containers put files and folders of theirs in place of its own.
  if (!process && !scene.state.own_pid_namespace_is_first) finding.severity = Severity::kInfo;
  file.add(std::move(finding));
}

}  // namespace

void judge_system(const LiveScene& scene, CaseFile& file) {
  judge_lists_of_modules(scene, file);
  judge_files_of_modules(scene, file);
  judge_taint(scene, file);
  judge_core_pattern(scene, file);
  for (const auto& mount : scene.state.system.mounts) judge_mount(mount, scene, file);
}

}  // namespace rescue::detect
