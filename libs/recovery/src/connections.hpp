#pragma once

#include <sys/types.h>

#include "rescue/evidence/live_sockets.hpp"

namespace rescue::recovery {

/// Ends a TCP connection that another process holds as its descriptor `fd`, as if the other side had gone,
/// and leaves the process alone: Postfix's master lets no new session begin for a minute where a process dies
/// in its first (service_throttle_time, postconf(5)). False where it is another connection by now or the
/// kernel does neither of the two ways in which this can be done. Needs root.
bool end_connection(pid_t pid, int fd, const evidence::LiveSocket& socket);

/// The two ways, for tests: shutdown(2) of a copy of the descriptor (pidfd_getfd(2), Linux 5.6), and the
/// kernel's own (sock_diag(7), where it is built with CONFIG_INET_DIAG_DESTROY, Linux 4.5).
bool shut_down(pid_t pid, int fd, const evidence::LiveSocket& socket);
bool destroy(const evidence::LiveSocket& socket);

}  // namespace rescue::recovery
