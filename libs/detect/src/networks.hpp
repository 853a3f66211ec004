#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::detect {

/// Not an address of the internet: loopback, private (RFC 1918, RFC 4193), link-local, carrier NAT; also what
/// is no address at all.
bool is_private_address(std::string_view address);

/// A mail server's list of networks that may relay ("192.0.2.0/24", "[::1]/128", "127.0.0.1"). Immutable.
class Networks {
 public:
  explicit Networks(const std::vector<std::string>& words);
  /// Within one of those that are no larger than one owner's.
  bool contains(std::string_view address) const;
  /// The word that lets everybody in ("0.0.0.0/0", "*", half the internet), or "".
  const std::string& everybody() const { return everybody_; }

 private:
  struct Network {
    int family = 0;
    std::array<unsigned char, 16> address{};
    int prefix = 0;
  };
  std::vector<Network> networks_;
  std::string everybody_;
};

}  // namespace rescue::detect
