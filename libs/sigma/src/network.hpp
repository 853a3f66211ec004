#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rescue::sigma {

/// A range of IPv4 or IPv6 addresses, "10.0.0.0/8" or "fe80::/10" (RFC 4632, RFC 4291).
class Network {
 public:
  static std::optional<Network> parse(std::string_view text);
  /// False for what is no address; "::ffff:10.0.0.1" is 10.0.0.1.
  bool holds(std::string_view address) const;

 private:
  std::array<std::uint8_t, 16> start_{};
  unsigned bits_ = 0;
};

}  // namespace rescue::sigma
