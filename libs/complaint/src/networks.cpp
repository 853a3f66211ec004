#include "rescue/complaint/networks.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace rescue::complaint {
namespace {

bool same_bits(const std::uint8_t* a, const std::uint8_t* b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a, a + whole, b)) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<unsigned>(0xff00U >> (bits % 8)) & 0xffU;
  return (a[whole] & mask) == (b[whole] & mask);
}

}  // namespace

Result<Networks::Network> Networks::parse_one(const std::string& text) {
  const auto bad = [&] {
    return fail(ErrorCode::kInvalid, "bad-network",
                text + " is no network; write 192.0.2.0/24 or 2001:db8::/32");
  };
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);
  Network network;
  network.family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if (inet_pton(network.family, address.c_str(), network.bytes.data()) != 1) return bad();
  const int longest = network.family == AF_INET ? 32 : 128;
  network.prefix = longest;
  if (slash == std::string::npos) return network;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, network.prefix);
  if (error != std::errc() || stop != end || network.prefix < 0 || network.prefix > longest) return bad();
  return network;
}

Result<Networks> Networks::parse(const std::vector<std::string>& texts) {
  Networks out;
  for (const auto& text : texts) {
    RESCUE_ASSIGN(const auto network, parse_one(text));
    out.networks_.push_back(network);
  }
  return out;
}

bool Networks::may_hold(std::string_view address) const {
  if (networks_.empty()) return true;
  const auto one = parse_one(std::string(address));
  if (!one) return false;
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    return network.family == one->family &&
           same_bits(network.bytes.data(), one->bytes.data(), network.prefix);
  });
}

}  // namespace rescue::complaint
