#include "network_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "rescue/base/ascii.hpp"
#include "rescue/recovery/postfix_relay.hpp"
#include "rescue/recovery/queue_criteria.hpp"

namespace rescue::recovery {
namespace {

bool is_v6(std::string_view word) {
  return word.find(':') != word.npos && !word.starts_with("static:");
}

}  // namespace

bool covers(std::string_view word, std::string_view address) {
  if (word == "*" || word == "@[]" || word.starts_with("static:"))
    return word != "@[]" || address == "127.0.0.1" || address == "::1";
  std::string plain(word);
  std::erase_if(plain, [](char c) { return c == '[' || c == ']'; });
  const auto range = parse_address_range(plain);
  return range && range->contains(std::string(address));
}

std::vector<std::string> loopback_lost(const std::vector<std::string>& gone,
                                       const std::vector<std::string>& kept) {
  const auto of_both = [](const auto& word) {
    return word == "*" || word.find(":/") != word.npos || word.starts_with("static:");
  };
  const bool both = std::any_of(gone.begin(), gone.end(), of_both);
  const bool v6 = both || std::any_of(gone.begin(), gone.end(), is_v6);
  const bool v4 =
      both || std::any_of(gone.begin(), gone.end(), [](const auto& word) { return !is_v6(word); });
  std::vector<std::string> lost;
  for (const auto& [address, went] : {std::pair("127.0.0.1", v4), std::pair("::1", v6)}) {
    const bool stays =
        std::any_of(kept.begin(), kept.end(), [at = address](const auto& word) { return covers(word, at); });
    if (went && !stays) lost.emplace_back(address);
  }
  return lost;
}

bool is_top_level(std::string_view word) {
  // Newer ones are also what people call their own networks.
  constexpr std::array<std::string_view, 10> kLonger{"com", "net", "org", "info", "biz",
                                                     "edu", "gov", "mil", "int",  "arpa"};
  if (word.starts_with('.')) word.remove_prefix(1);
  const auto low = lower_ascii(word);
  const bool letters = std::all_of(low.begin(), low.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return letters && (low.size() == 2 || std::find(kLonger.begin(), kLonger.end(), low) != kLonger.end());
}

bool is_everybody(std::string_view network) {
  if (network == "*" || network == "static:all" || network == "static:OK") return true;
  if (network.starts_with('!')) return false;
  const auto slash = network.find('/');
  if (slash == network.npos || slash == 0) return false;
  int bits = 0;
  const auto* end = network.data() + network.size();
  const auto parsed = std::from_chars(network.data() + slash + 1, end, bits);
  if (parsed.ec != std::errc() || parsed.ptr != end) return false;
  const auto host = network.substr(0, slash);
  if (host.find(':') != host.npos) {
    const auto from = host.find_first_not_of('[');
    const bool private_one =
        from != host.npos && (host.substr(from).starts_with("f") || host.substr(from).starts_with("::1"));
    return bits < 7 || (bits < 16 && !private_one);
  }
  return bits < 8 || (bits == 8 && !host.starts_with("10.") && !host.starts_with("127."));
}

}  // namespace rescue::recovery
