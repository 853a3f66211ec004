#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rescue::complaint {

/// An IPv4 or IPv6 address in a text.
struct FoundAddress {
  std::string address;  ///< as catalog::canonical_address writes it
  std::size_t begin = 0, end = 0;
};
/// All of them in order. A network ("192.0.2.0/24"), a range, a host name that begins with numbers, a version
/// are none.
std::vector<FoundAddress> find_addresses(std::string_view text);

}  // namespace rescue::complaint
