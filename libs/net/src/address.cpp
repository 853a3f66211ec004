#include "rescue/net/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace rescue::net {
namespace {

struct Network4 {
  std::uint32_t first;
  int bits;
};
constexpr std::uint32_t ip4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24U | b << 16U | c << 8U | d;
}
constexpr Network4 kSpecial4[] = {
    {ip4(0, 0, 0, 0), 8},      {ip4(10, 0, 0, 0), 8},     {ip4(100, 64, 0, 0), 10},
    {ip4(127, 0, 0, 0), 8},    {ip4(169, 254, 0, 0), 16}, {ip4(172, 16, 0, 0), 12},
    {ip4(192, 0, 0, 0), 24},   {ip4(192, 0, 2, 0), 24},   {ip4(192, 88, 99, 0), 24},
    {ip4(192, 168, 0, 0), 16}, {ip4(198, 18, 0, 0), 15},  {ip4(198, 51, 100, 0), 24},
    {ip4(203, 0, 113, 0), 24}, {ip4(224, 0, 0, 0), 4},    {ip4(240, 0, 0, 0), 4},
};

struct Network6 {
  std::array<std::uint8_t, 6> first;
  int bits;
};
// Within 2000::/3; all that is outside of it is special anyhow.
constexpr Network6 kSpecial6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23},  // protocol assignments, Teredo among them
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4: leads to any IPv4 address
    {{0x3f, 0xff, 0x00}, 20},        // documentation
};

bool within(std::span<const std::uint8_t, 16> bytes, const Network6& network) {
  for (int bit = 0; bit < network.bits; bit += 8) {
    const auto at = static_cast<std::size_t>(bit / 8);
    const int left = std::min(8, network.bits - bit);
    const auto mask = static_cast<std::uint8_t>(0xff00U >> static_cast<unsigned>(left));
    if ((bytes[at] & mask) != (network.first[at] & mask)) return false;
  }
  return true;
}

std::uint32_t last_four(std::span<const std::uint8_t, 16> bytes) {
  return ip4(bytes[12], bytes[13], bytes[14], bytes[15]);
}

bool begins_with(std::span<const std::uint8_t, 16> bytes, std::initializer_list<std::uint8_t> head) {
  return std::equal(head.begin(), head.end(), bytes.begin());
}

}  // namespace

bool is_public_ipv4(std::uint32_t address) {
  return std::none_of(std::begin(kSpecial4), std::end(kSpecial4), [&](const Network4& network) {
    return (address ^ network.first) >> static_cast<unsigned>(32 - network.bits) == 0;
  });
}

bool is_public_ipv6(std::span<const std::uint8_t, 16> bytes) {
  if (begins_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) return is_public_ipv4(last_four(bytes));
  if (begins_with(bytes, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) {
    return is_public_ipv4(last_four(bytes));
  }
  if ((bytes[0] & 0xe0U) != 0x20U) return false;
  return std::none_of(std::begin(kSpecial6), std::end(kSpecial6),
                      [&](const Network6& network) { return within(bytes, network); });
}

bool is_public_address(const std::string& text) {
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return is_public_ipv4(ntohl(four.s_addr));
  in6_addr six{};
  if (inet_pton(AF_INET6, text.c_str(), &six) != 1) return false;
  return is_public_ipv6(std::span<const std::uint8_t, 16>(six.s6_addr, 16));
}

std::optional<Address> parse_address(std::string_view text) {
  const std::string whole(text);
  if (whole.find('\0') != std::string::npos) return std::nullopt;  // inet_pton would stop there
  Address out;
  if (inet_pton(AF_INET, whole.c_str(), out.bytes.data()) == 1) return out;
  if (inet_pton(AF_INET6, whole.c_str(), out.bytes.data()) != 1) return std::nullopt;
  if (begins_with(out.bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) {
    Address mapped;
    std::copy_n(out.bytes.begin() + 12, 4, mapped.bytes.begin());
    return mapped;
  }
  out.six = true;
  return out;
}

std::string to_text(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.six ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size());
  return text.data();
}

bool is_public(const Address& address) {
  const auto& b = address.bytes;
  return address.six ? is_public_ipv6(b) : is_public_ipv4(ip4(b[0], b[1], b[2], b[3]));
}

std::optional<Networks::Network> Networks::parse_one(const std::string& text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned most = address->six ? 128 : 32;
  Network out{*address, most};
  if (slash != std::string::npos) {
    const auto* end = text.data() + text.size();
    const auto [last, fault] = std::from_chars(text.data() + slash + 1, end, out.bits);
    if (fault != std::errc() || last != end || out.bits > most) return std::nullopt;
  }
  // The address must be the network's first: one bit behind the length is a slip of the pen.
  for (unsigned bit = out.bits; bit < most; ++bit) {
    if ((out.first.bytes[bit / 8] & (0x80U >> (bit % 8))) != 0) return std::nullopt;
  }
  return out;
}

Result<Networks> Networks::parse(const std::vector<std::string>& texts) {
  Networks out;
  for (const auto& text : texts) {
    const auto network = parse_one(text);
    if (!network) {
      return fail(ErrorCode::kInvalid, "bad-address",
                  "\"" + text + "\" is no network such as 127.0.0.0/8 or 2001:db8::/32");
    }
    out.networks_.push_back(*network);
  }
  return out;
}

bool Networks::contains(const Address& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    if (network.first.six != address.six) return false;
    for (unsigned bit = 0; bit < network.bits; ++bit) {
      const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
      if (((network.first.bytes[bit / 8] ^ address.bytes[bit / 8]) & mask) != 0) return false;
    }
    return true;
  });
}

}  // namespace rescue::net
