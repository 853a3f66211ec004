#include "rescue/evidence/live_sockets.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "live_diagnosis.hpp"
#include "live_text.hpp"
#include "rescue/evidence/line_reader.hpp"

namespace rescue::evidence {
namespace {

/// "0100007F" or four of them: words in the machine's own order of bytes, as the kernel prints them.
std::string address_of(std::string_view hex) {
  if (hex.size() != 8 && hex.size() != 32) return "";
  std::array<unsigned char, 16> bytes{};
  for (std::size_t i = 0; i < hex.size() / 8; ++i) {
    const auto word = number_of<std::uint32_t>(hex.substr(i * 8, 8), 0, 16);
    std::memcpy(bytes.data() + i * 4, &word, sizeof(word));
  }
  constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  const bool mapped = hex.size() == 32 && std::equal(kMapped.begin(), kMapped.end(), bytes.begin());
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = mapped || hex.size() == 8;
  ::inet_ntop(v4 ? AF_INET : AF_INET6, bytes.data() + (mapped ? kMapped.size() : 0), text.data(),
              text.size());
  return text.data();
}

bool take_end(std::string_view word, std::string& address, std::uint16_t& port) {
  const auto colon = word.find(':');
  if (colon == word.npos) return false;
  address = address_of(word.substr(0, colon));
  port = number_of<std::uint16_t>(word.substr(colon + 1), 0, 16);
  return !address.empty();
}

void parse_interfaces(std::string_view text, LiveSockets& out) {
  while (!text.empty()) {
    auto line = take_line(text);
    LiveInterface one;
    one.name = take_word(line).substr(0, 64);
    auto flags = take_word(line);
    if (flags.starts_with("0x")) flags.remove_prefix(2);
    one.flags = number_of<std::uint32_t>(flags, 0, 16);
    one.member = take_word(line) == "1";
    if (!one.name.empty()) out.interfaces.push_back(std::move(one));
  }
}

void parse_tables(const LiveSnapshot& snapshot, const std::string& folder, const std::string& network,
                  LiveSockets& out) {
  for (const char* name : {"tcp", "tcp6", "udp", "udp6", "raw", "raw6"}) {
    const auto* text = snapshot.text(folder + name);
    if (text == nullptr) continue;
    out.cut = out.cut || text->cut;
    parse_socket_table(text->bytes, name, network, out);
  }
  parse_packet_table(snapshot.bytes(folder + "packet"), network, out);
}

/// Told of in both answers and in neither look at the tables, before the first and after the second.
void find_unlisted(const LiveSnapshot& snapshot, LiveSockets& out) {
  for (const char* table : {"/proc/self/net/tcp", "/proc/self/again/net/tcp"}) {
    const auto* text = snapshot.text(table);
    if (text == nullptr || text->cut) return;
  }
  std::set<std::uint64_t> listed(out.there_again.begin(), out.there_again.end()), again;
  for (const auto& socket : out.sockets) listed.insert(socket.inode);
  for (const auto& socket : parse_diagnosis(snapshot.bytes(live_path::kDiagnosisAgain)))
    again.insert(socket.inode);
  for (auto& socket : parse_diagnosis(snapshot.bytes(live_path::kDiagnosis)))
    if (socket.inode != 0 && again.contains(socket.inode) && !listed.contains(socket.inode))
      out.unlisted.push_back(std::move(socket));
}

}  // namespace

void parse_socket_table(std::string_view text, std::string_view protocol, const std::string& network,
                        LiveSockets& out) {
  take_line(text);  // the heads of the columns
  while (!text.empty()) {
    auto line = take_line(text);
    std::array<std::string_view, 10> words;
    for (auto& word : words) word = take_word(line);
    LiveSocket socket;
    if (!take_end(words[1], socket.address, socket.port) ||
        !take_end(words[2], socket.peer, socket.peer_port))
      continue;
    socket.protocol = protocol.substr(0, 3);
    socket.state = number_of<std::uint8_t>(words[3], 0, 16);
    socket.uid = number_of<std::uint32_t>(words[7]);
    socket.inode = number_of<std::uint64_t>(words[9]);
    socket.network = network;
    if (out.sockets.size() >= LiveSockets::kMost) {
      out.cut = true;
      return;
    }
    out.sockets.push_back(std::move(socket));
  }
}

void parse_packet_table(std::string_view text, const std::string& network, LiveSockets& out) {
  // sk RefCnt Type Proto Iface R Rmem User Inode
  take_line(text);
  while (!text.empty() && out.packet_sockets.size() < LiveSockets::kMost) {
    auto line = take_line(text);
    std::array<std::string_view, 9> words;
    for (auto& word : words) word = take_word(line);
    LivePacketSocket socket;
    socket.protocol = number_of<std::uint32_t>(words[3], 0, 16);
    socket.uid = number_of<std::uint32_t>(words[7]);
    socket.inode = number_of<std::uint64_t>(words[8]);
    socket.network = network;
    if (socket.inode != 0) out.packet_sockets.push_back(std::move(socket));
  }
}

LiveSockets parse_sockets(const LiveSnapshot& snapshot) {
  LiveSockets out;
  parse_tables(snapshot, "/proc/self/net/", std::string(snapshot.link("/proc/self/ns/net").value_or("")),
               out);
  for (const auto pid : snapshot.numbers_below("/proc/")) {
    const auto folder = "/proc/" + std::to_string(pid) + "/";
    if (snapshot.text(folder + "net/tcp") == nullptr) continue;
    parse_tables(snapshot, folder + "net/", std::string(snapshot.link(folder + "ns/net").value_or("")), out);
  }
  LiveSockets again;
  parse_tables(snapshot, "/proc/self/again/net/", "", again);
  for (const auto& socket : again.sockets) out.there_again.push_back(socket.inode);
  for (const auto& socket : again.packet_sockets) out.there_again.push_back(socket.inode);
  std::sort(out.there_again.begin(), out.there_again.end());
  if (!out.cut && !again.cut) find_unlisted(snapshot, out);
  parse_interfaces(snapshot.bytes(live_path::kLinks), out);
  return out;
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

}  // namespace rescue::evidence
