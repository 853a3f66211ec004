// Processes that are not what the list says: left out of it, or under another's name.
#include <algorithm>

#include "live_scene.hpp"
#include "rescue/detect/live.hpp"

namespace rescue::detect {
namespace {

using Process = evidence::LiveProcess;

/// What a list of processes shows: the first word of the command, its folder and what stands behind a colon
/// left out. "sshd: u@pts/0" is "sshd", "/usr/sbin/apache2 -k start" is "apache2".
std::string claimed_name(const Process& process) {
  if (process.arguments.empty()) return "";
  const auto& first = process.arguments.front();
  const auto word = std::string_view(first).substr(0, first.find_first_of(" :"));
  return std::string(program_name(word));
}

/// "[kworker/0:1]", or the bare name as the kernel keeps it.
std::string kernel_name(const Process& process) {
  const auto begins_so = [](std::string_view name) {
    const auto& beginnings = live_rules().rule("live.kernel_thread_name").match.at("beginnings");
    return std::any_of(beginnings.begin(), beginnings.end(), [&](const Json& known) {
      const auto& beginning = known.get_ref<const std::string&>();
      const auto next = name.substr(std::min(name.size(), beginning.size()));
      // "crypto" is one, "cryptominer" would be somebody's program.
      const bool ends = next.empty() || !((next[0] >= 'a' && next[0] <= 'z') || next[0] == '-') ||
                        beginning.ends_with('/') || beginning.ends_with('-') || beginning.ends_with('_');
      return name.starts_with(beginning) && ends;
    });
  };
  const std::string_view shown = process.arguments.empty() ? "" : std::string_view(process.arguments.front());
  if (shown.starts_with('[') && begins_so(shown.substr(1))) return std::string(shown.substr(0, 64));
  // With a command of its own the short name alone says little: programs name their threads as they like.
  const bool lies_in_name = begins_so(process.name) && program_name(process.program) != process.name &&
                            process.name.find('/') != std::string::npos;
  return lies_in_name ? process.name : "";
}

void judge_hidden(const Process& process, const LiveScene& scene, CaseFile& file) {
  if (process.hidden.empty()) return;
  file.add(live_finding(live_rules().rule("live.hidden_process"), scene, process));
}

bool judge_kernel_name(const Process& process, const LiveScene& scene, CaseFile& file) {
  const bool has_program = !process.program.empty() || !process.arguments.empty();
  if (process.kernel_thread || !has_program) return false;
  const auto claimed = kernel_name(process);
  if (claimed.empty()) return false;
  file.add(
      live_finding(live_rules().rule("live.kernel_thread_name"), scene, process, {{"claimed", claimed}}));
  return true;
}

void judge_service_name(const Process& process, const LiveScene& scene, CaseFile& file) {
  const auto& rule = live_rules().rule("live.daemon_name");
  if (process.program.empty() || !scene.on_our_disk(process)) return;
  const auto claimed = claimed_name(process);
  const auto program = std::string(program_name(process.program));
  const auto& names = rule.match.at("names");
  const auto known = [&](const Json& name) { return name.get_ref<const std::string&>() == claimed; };
  if (std::none_of(names.begin(), names.end(), known) || program.starts_with(claimed)) return;
  // A program that starts with a dash is a shell at log-in; shells stand in for each other.
  const auto bare = claimed.starts_with('-') ? claimed.substr(1) : claimed;
  if (program == bare || is_one_of(program, rule.match.at("shells"))) return;
  // A link beside the program, as mysqld is to mariadbd.
  const auto folder = process.program.substr(0, process.program.rfind('/') + 1);
  if (process.arguments.front().starts_with(folder + claimed)) return;
  const bool interpreter = is_one_of(program, rule.match.at("interpreters"));
  if (!interpreter && !scene.is_foreign(process)) return;
  file.add(live_finding(rule, scene, process, {{"claimed", claimed}}));
}

}  // namespace

void judge_names(const LiveScene& scene, CaseFile& file) {
  for (const auto& [pid, process] : scene.state.processes) {
    if (scene.is_ours(process)) continue;
    judge_hidden(process, scene, file);
    if (!judge_kernel_name(process, scene, file)) judge_service_name(process, scene, file);
  }
}

}  // namespace rescue::detect
