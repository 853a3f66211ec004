#include "networks.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace rescue::detect {
namespace {

struct Address {
  int family = 0;
  std::array<unsigned char, 16> bytes{};
};

std::optional<Address> parse(std::string_view text) {
  const std::string copy(text.substr(0, 64));
  Address out;
  for (const int family : {AF_INET, AF_INET6}) {
    if (::inet_pton(family, copy.c_str(), out.bytes.data()) == 1) {
      out.family = family;
      return out;
    }
  }
  return std::nullopt;
}

bool same_bits(const std::array<unsigned char, 16>& a, const std::array<unsigned char, 16>& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || (a[whole] >> (8 - rest)) == (b[whole] >> (8 - rest));
}

bool is_private(const Address& address) {
  const auto& b = address.bytes;
  if (address.family == AF_INET) {
    return b[0] == 10 || b[0] == 127 || b[0] == 0 || (b[0] == 172 && (b[1] & 0xF0U) == 16) ||
           (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254) ||
           (b[0] == 100 && (b[1] & 0xC0U) == 64);
  }
  const bool loopback = std::all_of(b.begin(), b.end() - 1, [](unsigned char c) { return c == 0; });
  return loopback || (b[0] & 0xFEU) == 0xFC || (b[0] == 0xFE && (b[1] & 0xC0U) == 0x80);
}

}  // namespace

bool is_private_address(std::string_view address) {
  const auto parsed = parse(address);
  return !parsed || is_private(*parsed);
}

Networks::Networks(const std::vector<std::string>& words) {
  for (const auto& word : words) {
    if (word.starts_with('!')) continue;
    if (word == "*" || word == "static:all") {
      everybody_ = word;
      continue;
    }
    const auto slash = std::min(word.find('/'), word.size());
    std::string host = word.substr(0, slash);
    std::erase_if(host, [](char c) { return c == '[' || c == ']'; });
    const auto address = parse(host);
    if (!address) continue;
    const int all = address->family == AF_INET ? 32 : 128;
    int prefix = all;
    if (slash < word.size()) {
      const auto [end, error] = std::from_chars(word.data() + slash + 1, word.data() + word.size(), prefix);
      if (error != std::errc() || end != word.data() + word.size() || prefix < 0 || prefix > all) continue;
    }
    // Nobody who rents a server owns a whole /7, or an eighth of IPv6.
    const bool v4 = address->family == AF_INET;
    if (prefix < (v4 ? 8 : 7) || (!v4 && prefix < 16 && !is_private(*address))) {
      everybody_ = word;
      continue;
    }
    networks_.push_back({address->family, address->bytes, prefix});
  }
}

bool Networks::contains(std::string_view text) const {
  const auto address = parse(text);
  return address && std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
           return network.family == address->family &&
                  same_bits(network.address, address->bytes, network.prefix);
         });
}

}  // namespace rescue::detect
