#include "smtp_greeting.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>
#include <string_view>
#include <thread>

#include "processes.hpp"
#include "rescue/base/unique_fd.hpp"

namespace rescue::recovery {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMostListeners = 4;

struct SocketAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

/// Of "127.0.0.1:25" or "[::1]:25".
SocketAddress address_of(const std::string& listener) {
  const auto colon = listener.rfind(':');
  auto host = listener.substr(0, colon);
  std::erase_if(host, [](char c) { return c == '[' || c == ']'; });
  std::uint16_t number = 0;
  std::from_chars(listener.data() + colon + 1, listener.data() + listener.size(), number);
  const auto port = htons(number);
  SocketAddress out;
  sockaddr_in v4{.sin_family = AF_INET, .sin_port = port, .sin_addr = {}, .sin_zero = {}};
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = port;
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    out.size = sizeof v4;
    std::memcpy(&out.bytes, &v4, sizeof v4);
  } else if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    out.size = sizeof v6;
    std::memcpy(&out.bytes, &v6, sizeof v6);
  }
  return out;
}

bool greets(const std::string& listener) {
  constexpr int kPatienceS = 10;
  const auto address = address_of(listener);
  const UniqueFd fd(::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{.tv_sec = kPatienceS, .tv_usec = 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address.bytes), address.size) != 0) return false;
  std::array<char, 512> greeting{};
  const ssize_t n = ::recv(fd.get(), greeting.data(), greeting.size(), 0);
  constexpr std::string_view kQuit = "QUIT\r\n";
  ::send(fd.get(), kQuit.data(), kQuit.size(), MSG_NOSIGNAL);
  return n > 3 && std::string_view(greeting.data(), 3) == "220";
}

/// As one of this machine's own processes reaches it.
std::string listener_at(const evidence::LiveSocket& one) {
  auto host = one.address == "0.0.0.0" ? std::string("127.0.0.1") : one.address;
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return host + ":" + std::to_string(one.port);
}

}  // namespace

std::set<std::string> smtp_listeners(const ServerFiles& files) {
  constexpr std::array kPorts{25, 587, 2525};
  std::set<std::string> found;
  for (const int port : kPorts) {
    for (const auto& one : listening_sockets(files)) {
      if (one.port == port && found.size() < kMostListeners) found.insert(listener_at(one));
    }
  }
  return found;
}

std::set<std::string> smtp_greeters(const ServerFiles& files) {
  auto found = smtp_listeners(files);
  std::erase_if(found, [](const auto& one) { return !greets(one); });
  return found;
}

bool still_greet(const std::set<std::string>& before) {
  constexpr std::chrono::seconds kPause{1}, kPatience{20};
  const auto deadline = steady_clock::now() + kPatience;
  while (true) {
    std::this_thread::sleep_for(kPause);
    if (std::all_of(before.begin(), before.end(), greets)) return true;
    if (steady_clock::now() >= deadline) return false;
  }
}

}  // namespace rescue::recovery
