#include "refanged.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "rescue/base/ascii.hpp"

namespace rescue::complaint {
namespace {

// Longer ones first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kWays = {{{"[://]", "://"},
                                                                                  {"[dot]", "."},
                                                                                  {"(dot)", "."},
                                                                                  {"{dot}", "."},
                                                                                  {"[:]//", "://"},
                                                                                  {"[:]", ":"},
                                                                                  {"[.]", "."},
                                                                                  {"(.)", "."},
                                                                                  {"{.}", "."},
                                                                                  {"[.", "."},
                                                                                  {"hxxps", "https"},
                                                                                  {"hxxp", "http"},
                                                                                  {"h**ps", "https"},
                                                                                  {"h**p", "http"}}};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

bool Refanged::touched(std::size_t begin, std::size_t end) const {
  const auto at = std::lower_bound(places.begin(), places.end(), begin);
  return at != places.end() && *at < end;
}

Refanged refang(std::string_view text) {
  const auto lower = lower_ascii(text);
  Refanged out;
  out.text.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = std::string_view(lower).substr(at);
    const auto* way = std::find_if(kWays.begin(), kWays.end(), [&](const auto& one) {
      return rest.starts_with(one.first) && (one.first[0] != 'h' || at == 0 || !is_word(lower[at - 1])) &&
             (one.first != "[." || (rest.size() > 2 && is_word(rest[2]) && at > 0 && is_word(lower[at - 1])));
    });
    if (way == kWays.end()) {
      out.text += text[at++];
      continue;
    }
    out.places.push_back(out.text.size());
    out.text += way->second;
    at += way->first.size();
  }
  return out;
}

}  // namespace rescue::complaint
