#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/result.hpp"

namespace rescue::net {

/// Whether a network address belongs to the public internet: not loopback, private, link-local, shared,
/// multicast, documentation or otherwise special (IANA's registries of special-purpose addresses, RFC 6890
/// and what updates it). An IPv6 address that stands for an IPv4 one is judged by that.
bool is_public_ipv4(std::uint32_t host_order);
bool is_public_ipv6(std::span<const std::uint8_t, 16> bytes);
/// Of an address as inet_pton reads it, of either family. What is none is not public.
bool is_public_address(const std::string& text);

/// An IPv4 or IPv6 address.
struct Address {
  bool six = false;
  std::array<std::uint8_t, 16> bytes{};  ///< in network order; of IPv4 the first four
  auto operator<=>(const Address&) const = default;
};
/// As inet_pton reads it: no zone, no octal, hexadecimal or short form, no port. An IPv4-mapped IPv6 address
/// is the IPv4 address.
std::optional<Address> parse_address(std::string_view text);
/// The one spelling of it.
std::string to_text(const Address& address);
bool is_public(const Address& address);

/// A set of networks: "127.0.0.0/8", "2001:db8::/32", a single address. Immutable, thread-safe.
class Networks {
 public:
  Networks() = default;
  /// kInvalid ("bad-address") names the one that is none, or has bits set behind its length.
  static Result<Networks> parse(const std::vector<std::string>& texts);
  bool contains(const Address& address) const;
  bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    Address first;
    unsigned bits = 0;
  };
  static std::optional<Network> parse_one(const std::string& text);
  std::vector<Network> networks_;
};

}  // namespace rescue::net
