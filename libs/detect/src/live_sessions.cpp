// Who is logged in, against the record of who is; and what cannot be told.
#include <algorithm>
#include <set>

#include "live_scene.hpp"
#include "rescue/detect/live.hpp"

namespace rescue::detect {
namespace {

using Process = evidence::LiveProcess;

struct Session {
  std::string account, terminal;
};

/// "sshd: u@pts/3", "sshd-session: u@pts/3": what sshd calls itself while somebody is logged in.
std::optional<Session> session_of(const Process& process) {
  constexpr std::size_t kMostBytes = 256;
  if (process.arguments.empty() || !program_name(process.program).starts_with("sshd")) return std::nullopt;
  const auto text = std::string_view(process.arguments.front()).substr(0, kMostBytes);
  const auto colon = text.find(": ");
  const auto at = text.rfind('@');
  if (colon == text.npos || at == text.npos || at < colon) return std::nullopt;
  const auto terminal = text.substr(at + 1);
  if (!terminal.starts_with("pts/")) return std::nullopt;
  return Session{std::string(text.substr(colon + 2, at - colon - 2)), std::string(terminal)};
}

/// One that ended after the process began has ended while we looked.
bool is_recorded(const Session& session, const Process& process, const LiveScene& scene) {
  const auto& logins = scene.state.system.logins;
  return std::any_of(logins.begin(), logins.end(), [&](const evidence::LiveLogin& login) {
    if (login.terminal != session.terminal) return false;
    return !login.ended || !process.started || login.time + std::chrono::seconds(1) >= *process.started;
  });
}

void judge_session(const Process& process, const LiveScene& scene, CaseFile& file) {
  const auto session = session_of(process);
  if (!session || is_recorded(*session, process, scene)) return;
  auto finding = live_finding(live_rules().rule("live.session_unrecorded"), scene, process,
                              {{"account", name_of(session->account)}, {"terminal", session->terminal}});
  // Where nobody stands in it, nothing may be writing it.
  const auto& logins = scene.state.system.logins;
  const bool used = std::any_of(logins.begin(), logins.end(), [](const auto& login) { return !login.ended; });
  if (!used) finding.severity = Severity::kLow;
  file.add(std::move(finding));
}

bool judge_history(const Process& process, const LiveScene& scene, CaseFile& file) {
  const auto value = [&](const char* name) {
    const auto at = process.environment.find(name);
    return at == process.environment.end() ? std::string("?") : at->second;
  };
  std::string variable;
  if (value("HISTFILE") == "/dev/null") variable = "HISTFILE=/dev/null";
  if (value("HISTSIZE") == "0") variable = "HISTSIZE=0";
  if (variable.empty() || scene.is_ours(process)) return false;
  file.add(live_finding(live_rules().rule("live.history_off"), scene, process, {{"variable", variable}}));
  return true;
}

}  // namespace

void judge_sessions(const LiveScene& scene, CaseFile& file) {
  std::set<std::int32_t> told;  // of a session's processes the first
  for (const auto& [pid, process] : scene.state.processes) {
    if (scene.on_our_disk(process) && !told.contains(process.session) && judge_history(process, scene, file))
      told.insert(process.session);
    const bool judged =
        scene.state.system.logins_seen && !scene.is_ours(process) && scene.on_our_disk(process);
    if (judged) judge_session(process, scene, file);
  }
}

void tell_live_gaps(const LiveScene& scene, CaseFile& file) {
  const auto& processes = scene.state.processes;
  const auto others = static_cast<std::size_t>(std::count_if(
      processes.begin(), processes.end(), [](const auto& entry) { return entry.second.other_root; }));
  if (others > 0) {
    file.gaps.push_back(
        {.path = "/proc",
         .reason = std::to_string(others) +
                   " processes see another disk (containers); their programs were not held against "
                   "packages",
         .prevents = "saying whether the containers were broken into"});
  }
  if (!scene.state.own_pid_namespace_is_first) {
    file.gaps.push_back(
        {.path = "/proc",
         .reason = "the server is a container of another machine; only its own processes are seen",
         .prevents = "seeing the machine that it runs on"});
  }
  if (!scene.state.system.logins_seen) {
    file.gaps.push_back({.path = "/run/utmp",
                         .reason = "there is no record of who is logged in",
                         .prevents = "finding log-ins that were taken out of it"});
  }
}

}  // namespace rescue::detect
