#include "connection.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace rescue::outside {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Kind = Trouble::Kind;

int milliseconds_until(SteadyTime when) {
  const auto left = std::chrono::ceil<milliseconds>(when - steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

tl::unexpected<Trouble> not_connected(int error) {
  const std::string text = std::generic_category().message(error);
  return trouble(error == ECONNREFUSED ? Kind::kRefused : Kind::kSilent, text);
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

SocketAddress socket_address(const net::Address& address, int port) {
  SocketAddress out;
  if (address.six) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(static_cast<std::uint16_t>(port));
    std::memcpy(&six.sin6_addr, address.bytes.data(), sizeof six.sin6_addr);
    std::memcpy(&out.storage, &six, sizeof six);
    out.size = sizeof six;
  } else {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(static_cast<std::uint16_t>(port));
    std::memcpy(&four.sin_addr, address.bytes.data(), sizeof four.sin_addr);
    std::memcpy(&out.storage, &four, sizeof four);
    out.size = sizeof four;
  }
  return out;
}

}  // namespace

SteadyTime deadline(milliseconds span, SteadyTime at_most) {
  return std::min(steady_clock::now() + span, at_most);
}

void Connection::Closer::operator()(const int* fd) const {
  ::close(*fd);
  delete fd;
}

Got<std::unique_ptr<Connection>> Connection::open(const net::Address& address, int port,
                                                  const Options& options, SteadyTime until) {
  const int fd = ::socket(address.six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return not_connected(errno);
  std::unique_ptr<Connection> out(new Connection(fd, options.stop_fd));
  if (auto connected = out->connect(address, port, until); !connected) {
    return tl::unexpected<Trouble>(connected.error());
  }
  return out;
}

Got<void> Connection::connect(const net::Address& address, int port, SteadyTime until) {
  const auto where = socket_address(address, port);
  if (::connect(fd(), reinterpret_cast<const sockaddr*>(&where.storage), where.size) == 0) return {};
  if (errno != EINPROGRESS) return not_connected(errno);
  if (auto ready = wait(POLLOUT, until); !ready) return ready;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return not_connected(error);
  return {};
}

Got<void> Connection::wait(short events, SteadyTime until) const {
  // The time is looked at first: whoever always has something to say must come to an end too.
  while (steady_clock::now() < until) {
    pollfd watched[] = {{fd(), events, 0}, {stop_fd_, POLLIN, 0}};
    const int count = ::poll(watched, 2, milliseconds_until(until));
    if (watched[1].revents != 0) return trouble(Kind::kStopped, "the look was ended");
    if (count > 0 && watched[0].revents != 0) return {};
  }
  return trouble(Kind::kSilent, "no answer in time");
}

Got<std::size_t> Connection::read_some(std::span<char> into, SteadyTime until) {
  while (true) {
    if (auto ready = wait(POLLIN, until); !ready) return tl::unexpected<Trouble>(ready.error());
    const auto count = ::recv(fd(), into.data(), into.size(), 0);
    if (count > 0) return static_cast<std::size_t>(count);
    if (count == 0) return trouble(Kind::kLost, "the server ended the connection");
    if (errno != EAGAIN && errno != EINTR)
      return trouble(Kind::kLost, std::generic_category().message(errno));
  }
}

Got<void> Connection::write_all(std::string_view bytes, SteadyTime until) {
  while (!bytes.empty()) {
    if (auto ready = wait(POLLOUT, until); !ready) return ready;
    const auto count = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
      return trouble(Kind::kLost, std::generic_category().message(errno));
    }
  }
  return {};
}

}  // namespace rescue::outside
