#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace rescue::delivery {

/// Whether a network address belongs to the public internet: not loopback, private, link-local, shared,
/// multicast, documentation or otherwise special (IANA's registries of special-purpose addresses, RFC 6890
/// and what updates it). An IPv6 address that stands for an IPv4 one is judged by that.
bool is_public_ipv4(std::uint32_t host_order);
bool is_public_ipv6(std::span<const std::uint8_t, 16> bytes);
/// Of an address as inet_pton reads it, of either family. What is none is not public.
bool is_public_address(const std::string& text);

}  // namespace rescue::delivery
