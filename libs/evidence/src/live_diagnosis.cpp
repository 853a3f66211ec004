#include "live_diagnosis.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "rescue/evidence/live_take.hpp"

namespace rescue::evidence {
namespace {

constexpr std::uint32_t kEstablished = 1, kListen = 10;

bool ask(int channel, std::uint8_t family) {
  struct {
    nlmsghdr head{};
    inet_diag_req_v2 request{};
  } message;
  message.head.nlmsg_len = sizeof(message);
  message.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  message.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  message.request.sdiag_family = family;
  message.request.sdiag_protocol = IPPROTO_TCP;
  message.request.idiag_states = (1U << kEstablished) | (1U << kListen);
  return ::write(channel, &message, sizeof(message)) == static_cast<ssize_t>(sizeof(message));
}

/// The head of a message that is whole.
bool take_head(std::string_view messages, nlmsghdr& head) {
  if (messages.size() < sizeof(head)) return false;
  std::memcpy(&head, messages.data(), sizeof(head));
  return head.nlmsg_len >= sizeof(head) && head.nlmsg_len <= messages.size();
}

std::size_t step_of(const nlmsghdr& head, std::size_t left) {
  return std::min<std::size_t>(left, (head.nlmsg_len + 3U) & ~3U);
}

/// The last one says that all have come, or that it went wrong.
bool is_over(std::string_view messages) {
  nlmsghdr head{};
  while (take_head(messages, head)) {
    if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR) return true;
    messages.remove_prefix(step_of(head, messages.size()));
  }
  return false;
}

std::string address_of(std::uint8_t family, const std::uint32_t* words) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, words, text.data(), text.size());
  return text.data();
}

}  // namespace

UniqueFd open_socket_diagnosis() {
  UniqueFd channel(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  const timeval patience{2, 0};
  if (channel) ::setsockopt(channel.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  return channel;
}

std::string ask_for_sockets(int channel) {
  constexpr std::size_t kMostBytes = 4 << 20;
  std::string all, piece(64 << 10, '\0');
  for (const int family : {AF_INET, AF_INET6}) {
    if (!ask(channel, static_cast<std::uint8_t>(family))) return all;
    for (bool over = false; !over && all.size() < kMostBytes;) {
      const auto got = ::read(channel, piece.data(), piece.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return "";  // half of it would say nothing
      const auto messages = std::string_view(piece).substr(0, static_cast<std::size_t>(got));
      over = is_over(messages);
      all += messages;
    }
  }
  return all;
}

std::vector<LiveSocket> parse_diagnosis(std::string_view messages) {
  std::vector<LiveSocket> sockets;
  nlmsghdr head{};
  while (take_head(messages, head) && sockets.size() < LiveSockets::kMost) {
    const auto body = messages.substr(sizeof(head), head.nlmsg_len - sizeof(head));
    messages.remove_prefix(step_of(head, messages.size()));
    inet_diag_msg told{};
    if (head.nlmsg_type != SOCK_DIAG_BY_FAMILY || body.size() < sizeof(told)) continue;
    std::memcpy(&told, body.data(), sizeof(told));
    if (told.idiag_family != AF_INET && told.idiag_family != AF_INET6) continue;
    sockets.push_back({.protocol = "tcp",
                       .address = address_of(told.idiag_family, told.id.idiag_src),
                       .peer = address_of(told.idiag_family, told.id.idiag_dst),
                       .port = ntohs(told.id.idiag_sport),
                       .peer_port = ntohs(told.id.idiag_dport),
                       .state = told.idiag_state,
                       .uid = told.idiag_uid,
                       .inode = told.idiag_inode,
                       .network = {}});
  }
  return sockets;
}

}  // namespace rescue::evidence
