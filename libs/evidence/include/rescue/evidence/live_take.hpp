#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "rescue/base/result.hpp"
#include "rescue/base/unique_fd.hpp"
#include "rescue/evidence/live_snapshot.hpp"

namespace rescue::evidence {

/// How the volatile evidence of a running server is taken.
struct LiveTaking {
  std::string root = "/";           ///< below it lie proc, sys and run
  std::uint32_t effective_uid = 0;  ///< whose rights it is taken with
  std::int32_t own_pid = 0;         ///< the process that asks; it and what belongs to it are told apart
  std::set<std::string> skip = {};  ///< paths that are not touched: they did not come back before
  std::chrono::milliseconds budget{30'000};
  std::chrono::milliseconds between_looks{150};  ///< before something that seems hidden is looked for again
  /// Whether there is such a process or thread, asked past /proc; without it nothing hidden is looked for.
  std::function<bool(std::int32_t)> answers = {};
  /// A channel of open_socket_diagnosis(); -1: none. Borrowed.
  int socket_diagnosis = -1;
  /// Told what is taken next.
  std::function<void(std::string_view path)> on_take = {};
};

/// sched_getaffinity(2), which asks nothing of the process and tells whether the kernel knows the number,
/// whoever owns it.
bool kernel_knows(std::int32_t pid);

/// A channel to what the kernel itself tells of sockets (sock_diag(7)), past /proc. To be opened before walls
/// that allow no socket stand. Empty where there is none.
UniqueFd open_socket_diagnosis();

/// Takes what vanishes first, first (RFC 3227, 2.1): sockets, processes, what hides, then modules, mounts,
/// log-ins. Only reads; each text is bounded, all of them by the writer's memory, the whole by the budget.
/// Nothing is understood of them beyond what it takes to find the next one. Of environments only the
/// variables that matter are taken, so that secrets stay where they are. kNotFound: there is no /proc.
Status take_live(const LiveTaking& how, LiveWriter& out);

}  // namespace rescue::evidence
