#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/evidence/live_snapshot.hpp"

namespace rescue::evidence {

/// A line of /proc/net/{tcp,udp,raw}{,6} (proc(5)).
struct LiveSocket {
  std::string protocol;  ///< tcp, udp, raw: either version
  std::string address, peer;
  std::uint16_t port = 0, peer_port = 0;
  std::uint8_t state = 0;
  std::uint32_t uid = 0;
  std::uint64_t inode = 0;
  std::string network;  ///< the namespace it is in: "net:[4026531840]"

  bool listens() const { return protocol == "tcp" ? state == 10 : protocol == "udp" && peer_port == 0; }
  bool connected() const { return peer_port != 0 && (protocol != "tcp" || state == 1); }
};

/// A socket that sees packets as they come: a line of /proc/net/packet.
struct LivePacketSocket {
  std::uint64_t inode = 0;
  std::uint32_t protocol = 0;  ///< ETH_P_…; 3: all
  std::uint32_t uid = 0;
  std::string network;
};

struct LiveInterface {
  std::string name;
  std::uint32_t flags = 0;
  bool member = false;  ///< of a bridge or a bond, which sees to it that it takes everything
  bool promiscuous() const { return (flags & 0x100U) != 0; }
};

struct LiveSockets {
  static constexpr std::size_t kMost = 100'000;

  std::vector<LiveSocket> sockets;
  std::vector<LivePacketSocket> packet_sockets;
  std::vector<LiveInterface> interfaces;
  std::vector<std::uint64_t> there_again;  ///< inodes that the own network still had at the end; sorted
  std::vector<LiveSocket> unlisted;        ///< that the kernel told of both times, and no table has
  bool cut = false;
};

/// The lines of one table. `protocol` is the file's name: "tcp6".
void parse_socket_table(std::string_view text, std::string_view protocol, const std::string& network,
                        LiveSockets& out);
void parse_packet_table(std::string_view text, const std::string& network, LiveSockets& out);
/// Those of our own network and of those processes that have another one.
LiveSockets parse_sockets(const LiveSnapshot& snapshot);

/// 127.0.0.0/8, ::1 and the mapped ones.
bool is_loopback(std::string_view address);

}  // namespace rescue::evidence
