#pragma once

#include <functional>
#include <map>

#include "rescue/evidence/live_processes.hpp"
#include "rescue/evidence/live_sockets.hpp"
#include "rescue/evidence/live_system.hpp"

namespace rescue::evidence {

/// What a running server was doing at the moment when it was looked at.
struct LiveState {
  LiveClock clock;
  std::map<std::int32_t, LiveProcess> processes;
  LiveSockets sockets;
  LiveSystem system;
  bool own_pid_namespace_is_first = false;  ///< no container: all processes of the machine are seen
};

/// Understands all that was taken. `on_each` is told the path that is read next and may say no.
LiveState read_live(const LiveSnapshot& snapshot, const std::function<bool(const std::string&)>& on_each,
                    Gaps& gaps);

}  // namespace rescue::evidence
