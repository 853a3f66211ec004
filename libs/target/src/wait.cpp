#include "wait.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>

namespace rescue::target {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Status Wait::still(const std::string& what) const {
  if (interrupted()) return fail(ErrorCode::kUnavailable, "target-interrupted", "told to end: " + what);
  if (steady_clock::now() < until) return {};
  return fail(ErrorCode::kTimeout, "target-silent", "no answer in time: " + what);
}

int Wait::slice_ms() const {
  constexpr std::int64_t kMost = 200;
  const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, kMost));
}

Status check_address(const std::string& address) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (::inet_pton(family, address.c_str(), bytes.data()) == 1) return {};
  }
  return fail(ErrorCode::kInvalid, "bad-access", "address is no IPv4 or IPv6 address");
}

void bound_silence(int fd) {
  const int yes = 1;
  const unsigned unanswered_ms = 60'000;
  // libssh writes to a socket that blocks: a peer that reads nothing must not hold us.
  const timeval full{.tv_sec = 20, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &full, sizeof full);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered_ms, sizeof unanswered_ms);
}

}  // namespace rescue::target
