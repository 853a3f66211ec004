#include "acceptor.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace rescue::http {
namespace {

constexpr int kBacklog = 1024;
constexpr int kNoDescriptorPauseMs = 50;

struct SocketAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

SocketAddress parse(const std::string& address, int port) {
  SocketAddress out;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&out.bytes);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.bytes);
  if (::inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(static_cast<std::uint16_t>(port));
    out.size = sizeof *v4;
  } else if (::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(static_cast<std::uint16_t>(port));
    out.size = sizeof *v6;
  } else {
    throw std::runtime_error("not a numeric address to listen on: " + address);
  }
  return out;
}

int port_of(int fd) {
  SocketAddress own;
  own.size = sizeof own.bytes;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&own.bytes), &own.size);
  // sin_port and sin6_port stand at the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&own.bytes)->sin_port);
}

}  // namespace

Acceptor::Acceptor(const std::string& address, int port) {
  const auto to = parse(address, port);
  const auto failed = [&](const char* what) {
    const std::string text =
        std::string(what) + " " + address + ":" + std::to_string(port) + ": " + std::strerror(errno);
    if (listen_fd_ >= 0) ::close(listen_fd_);
    if (stop_fd_ >= 0) ::close(stop_fd_);
    throw std::runtime_error(text);
  };
  listen_fd_ = ::socket(to.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  stop_fd_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (listen_fd_ < 0 || stop_fd_ < 0) failed("cannot open a socket for");
  const int one = 1;
  ::setsockopt(listen_fd_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (::bind(listen_fd_, reinterpret_cast<const sockaddr*>(&to.bytes), to.size) != 0) failed("cannot bind");
  if (::listen(listen_fd_, kBacklog) != 0) failed("cannot listen on");
  port_ = port_of(listen_fd_);
}

Acceptor::~Acceptor() {
  stop();
  ::close(stop_fd_);
}

void Acceptor::start(Sink sink) {
  sink_ = std::move(sink);
  thread_ = std::thread([this] { run(); });
}

void Acceptor::stop() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_fd_, &one, sizeof one);
  if (thread_.joinable()) thread_.join();
  if (listen_fd_ >= 0) ::close(listen_fd_);
  listen_fd_ = -1;
}

void Acceptor::run() {
  while (true) {
    std::array<pollfd, 2> wait{{{listen_fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}}};
    if (::poll(wait.data(), wait.size(), -1) < 0) continue;
    const bool stopping = wait[1].revents != 0;
    if (!accept_all() && !stopping) {
      // The kernel keeps the connection waiting and poll would report it at once: give the others time to
      // end.
      ::poll(&wait[1], 1, kNoDescriptorPauseMs);
    }
    if (stopping) return;
  }
}

bool Acceptor::accept_all() {
  while (true) {
    const int fd = ::accept4(listen_fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      sink_(fd);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return false;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return true;
    } else if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO) {
      return false;
    }
  }
}

}  // namespace rescue::http
