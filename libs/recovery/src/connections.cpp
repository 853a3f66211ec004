#include "connections.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "rescue/base/unique_fd.hpp"

// Where the headers are older than Linux 5.6; the numbers are every machine's (asm-generic/unistd.h).
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

namespace rescue::recovery {
namespace {

struct Answer {
  nlmsghdr head{};
  std::array<char, 1024> body{};

  template <class Body>
  bool holds(Body& out, std::uint16_t type) const {
    if (head.nlmsg_type != type || head.nlmsg_len < sizeof head + sizeof out) return false;
    std::memcpy(&out, body.data(), sizeof out);
    return true;
  }
};

/// One request, one answer.
Answer ask(int kernel, std::uint16_t type, std::uint16_t flags, const inet_diag_req_v2& what) {
  struct {
    nlmsghdr head{};
    inet_diag_req_v2 body{};
  } request;
  request.head.nlmsg_len = sizeof request;
  request.head.nlmsg_type = type;
  request.head.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  request.body = what;
  Answer answer;
  if (::send(kernel, &request, sizeof request, 0) != static_cast<ssize_t>(sizeof request) ||
      ::recv(kernel, &answer, sizeof answer, 0) < static_cast<ssize_t>(answer.head.nlmsg_len))
    return {};
  return answer;
}

}  // namespace

bool shut_down(pid_t pid, int fd, const evidence::LiveSocket& socket) {
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return false;
  const UniqueFd copy(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), fd, 0)));
  struct stat info {};
  return copy && ::fstat(copy.get(), &info) == 0 && S_ISSOCK(info.st_mode) && info.st_ino == socket.inode &&
         (::shutdown(copy.get(), SHUT_RDWR) == 0 || errno == ENOTCONN);  // at its end already
}

/// By the kernel's own name for it (idiag_cookie), learned first: where the connection is gone, its addresses
/// alone would mean what listens there.
bool destroy(const evidence::LiveSocket& socket) {
  const UniqueFd kernel(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!kernel) return false;
  const timeval patience{.tv_sec = 2, .tv_usec = 0};
  ::setsockopt(kernel.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  inet_diag_req_v2 what{};
  what.sdiag_family = socket.address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  what.sdiag_protocol = IPPROTO_TCP;
  what.id.idiag_sport = htons(socket.port);
  what.id.idiag_dport = htons(socket.peer_port);
  std::fill(std::begin(what.id.idiag_cookie), std::end(what.id.idiag_cookie), INET_DIAG_NOCOOKIE);
  if (::inet_pton(what.sdiag_family, socket.address.c_str(), what.id.idiag_src) != 1 ||
      ::inet_pton(what.sdiag_family, socket.peer.c_str(), what.id.idiag_dst) != 1)
    return false;
  inet_diag_msg found{};
  if (!ask(kernel.get(), SOCK_DIAG_BY_FAMILY, 0, what).holds(found, SOCK_DIAG_BY_FAMILY) ||
      found.idiag_inode != socket.inode)
    return false;
  what.sdiag_family = found.idiag_family;
  what.id = found.id;
  nlmsgerr done{};
  return ask(kernel.get(), SOCK_DESTROY, NLM_F_ACK, what).holds(done, NLMSG_ERROR) && done.error == 0;
}

bool end_connection(pid_t pid, int fd, const evidence::LiveSocket& socket) {
  return shut_down(pid, fd, socket) || destroy(socket);
}

}  // namespace rescue::recovery
