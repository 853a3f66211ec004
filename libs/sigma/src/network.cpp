#include "network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace rescue::sigma {
namespace {

constexpr unsigned kMappedBits = 96;  // of ::ffff:0:0, under which IPv4 lies (RFC 4291, 2.5.5.2)

std::optional<std::array<std::uint8_t, 16>> address_of(std::string_view text) {
  std::array<std::uint8_t, 16> bytes{};
  const std::string copy(text.substr(0, INET6_ADDRSTRLEN));
  if (::inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return bytes;
  bytes.fill(0);
  bytes[10] = bytes[11] = 0xff;
  if (::inet_pton(AF_INET, copy.c_str(), bytes.data() + 12) == 1) return bytes;
  return std::nullopt;
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto address = address_of(text.substr(0, slash));
  if (!address) return std::nullopt;
  const bool v4 = text.substr(0, slash).find(':') == text.npos;
  unsigned bits = v4 ? 32 : 128;
  if (slash < text.size()) {
    const auto digits = text.substr(slash + 1);
    unsigned given = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), given);
    if (error != std::errc() || end != digits.data() + digits.size() || given > bits) return std::nullopt;
    bits = given;
  }
  Network network;
  network.start_ = *address;
  network.bits_ = bits + (v4 ? kMappedBits : 0);
  return network;
}

bool Network::holds(std::string_view text) const {
  const auto address = address_of(text);
  if (!address) return false;
  const auto whole = bits_ / 8, rest = bits_ % 8;
  if (!std::equal(start_.begin(), start_.begin() + whole, address->begin())) return false;
  const auto mask = static_cast<std::uint8_t>(0xff00U >> rest);
  return rest == 0 || (start_[whole] & mask) == ((*address)[whole] & mask);
}

}  // namespace rescue::sigma
