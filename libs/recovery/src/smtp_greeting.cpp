#include "smtp_greeting.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "rescue/evidence/unique_fd.hpp"

namespace rescue::recovery {

bool smtp_greets() {
  constexpr int kPort = 25, kPatienceS = 10;
  const evidence::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{.tv_sec = kPatienceS, .tv_usec = 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(kPort);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
  std::array<char, 512> greeting{};
  const ssize_t n = ::recv(fd.get(), greeting.data(), greeting.size(), 0);
  constexpr std::string_view kQuit = "QUIT\r\n";
  ::send(fd.get(), kQuit.data(), kQuit.size(), MSG_NOSIGNAL);
  return n > 3 && std::string_view(greeting.data(), 3) == "220";
}

}  // namespace rescue::recovery
