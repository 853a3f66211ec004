#include "rescue/evidence/live_state.hpp"

#include <algorithm>

namespace rescue::evidence {
namespace {

// The kernel gives the first namespace of processes this number (PROC_PID_INIT_INO).
constexpr std::string_view kFirstPidNamespace = "pid:[4026531836]";

/// An option of the mount of /proc by which others' processes are kept from ordinary users.
bool hides_processes(const LiveSystem& system) {
  return std::any_of(system.mounts.begin(), system.mounts.end(), [](const LiveMount& mount) {
    const auto at = mount.super_options.find("hidepid=");
    return mount.at == "/proc" && at != std::string::npos && mount.super_options.substr(at + 8, 1) != "0" &&
           mount.super_options.substr(at + 8, 3) != "off";
  });
}

void tell_gaps(LiveState& state, Gaps& gaps) {
  const bool root = state.clock.effective_uid == 0;
  // Root sees them all, but for root of a container that may not look into others' processes.
  if ((!root || state.clock.refused > 0) && hides_processes(state.system)) {
    std::erase_if(state.processes, [](const auto& entry) { return !entry.second.hidden.empty(); });
    gaps.push_back({.path = "/proc",
                    .reason = "the server shows each user only their own processes (hidepid)",
                    .prevents = "seeing what runs on the server",
                    .grave = true});
  }
  if (state.clock.refused > 0) {
    gaps.push_back({.path = "/proc",
                    .reason = "of " + std::to_string(state.clock.refused) +
                              " processes not everything was shown" + (root ? "" : "; root sees it"),
                    .prevents = "knowing their programs, open files and connections",
                    .grave = !root});
  }
  if (state.clock.left_out > 0) {
    gaps.push_back({.path = "/proc",
                    .reason = "there was more to take of the running server than there was room for",
                    .prevents = "seeing what runs on the server",
                    .grave = true});
  }
  if (state.sockets.cut) {
    gaps.push_back({.path = "/proc/net/tcp",
                    .reason = "more sockets than the limit; the rest was not looked at",
                    .prevents = "naming every connection"});
  }
}

}  // namespace

LiveState read_live(const LiveSnapshot& snapshot, const std::function<bool(const std::string&)>& on_each,
                    Gaps& gaps) {
  LiveState state;
  state.clock = parse_live_clock(snapshot);
  if (on_each("/proc/net")) state.sockets = parse_sockets(snapshot);
  state.processes = parse_processes(snapshot, state.clock, on_each);
  if (on_each("/proc/self/mountinfo")) state.system = parse_system(snapshot);
  state.own_pid_namespace_is_first = snapshot.link("/proc/self/ns/pid") == kFirstPidNamespace;
  tell_gaps(state, gaps);
  return state;
}

}  // namespace rescue::evidence
