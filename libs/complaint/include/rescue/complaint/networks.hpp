#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/result.hpp"

namespace rescue::complaint {

/// The provider's own networks. Immutable once made; thread-safe.
class Networks {
 public:
  /// None: then any address may be the accused one.
  Networks() = default;
  /// "192.0.2.0/24", "2001:db8::/32", or one address. kInvalid ("bad-network") names the first that is none.
  static Result<Networks> parse(const std::vector<std::string>& texts);

  /// `address`: as catalog::canonical_address writes it. True for every address where there are no networks.
  bool may_hold(std::string_view address) const;
  bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    std::array<std::uint8_t, 16> bytes{};
    int family = 0;
    int prefix = 0;
  };
  static Result<Network> parse_one(const std::string& text);
  std::vector<Network> networks_;
};

}  // namespace rescue::complaint
