#include "urls.hpp"

#include <algorithm>

#include "rescue/base/ascii.hpp"

namespace rescue::complaint {
namespace {

constexpr std::size_t kUrlBytesMax = 2048;
constexpr std::size_t kFoundMax = 1'000;

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// What RFC 3986 lets a URL consist of; another alphabet's letters end it, as in Japanese running text.
bool is_url_char(char c) {
  return is_alnum(c) ||
         (c != '\0' && std::string_view("-._~:/?#[]@!$&'()*+,;=%|").find(c) != std::string_view::npos);
}

std::optional<catalog::ServerKey> read_host(std::string_view host) {
  if (host.starts_with('[')) {
    const auto close = host.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    auto key = catalog::ServerKey::address(host.substr(1, close - 1));
    return key ? std::optional(*std::move(key)) : std::nullopt;
  }
  const auto name = host.substr(0, host.find(':'));
  if (auto key = catalog::ServerKey::address(name)) return *std::move(key);
  auto key = catalog::ServerKey::hostname(name);
  if (!key || key->text.find('.') == std::string::npos) return std::nullopt;
  // 1.2.3, 0x7f.1: an address in an odd spelling is no name.
  const auto last = key->text.substr(key->text.rfind('.') + 1);
  if (last.empty() || (last.front() >= '0' && last.front() <= '9')) return std::nullopt;
  return *std::move(key);
}

std::size_t scheme_length(std::string_view text) {
  const auto lower = lower_ascii(text.substr(0, 8));
  if (lower.starts_with("https://")) return 8;
  return lower.starts_with("http://") ? 7 : 0;
}

}  // namespace

std::optional<FoundUrl> read_url(std::string_view text) {
  const auto scheme = scheme_length(text);
  if (scheme == 0 || text.size() > kUrlBytesMax || !std::all_of(text.begin(), text.end(), is_url_char))
    return std::nullopt;
  const auto rest = text.substr(scheme);
  auto authority = rest.substr(0, rest.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  auto host = read_host(authority);
  if (!host) return std::nullopt;
  return FoundUrl{std::string(text), *std::move(host), false, 0, text.size()};
}

std::vector<FoundUrl> find_urls(const Refanged& in) {
  const std::string_view text = in.text;
  std::vector<FoundUrl> out;
  for (std::size_t at = 0; at < text.size() && out.size() < kFoundMax; ++at) {
    if ((text[at] != 'h' && text[at] != 'H') || (at > 0 && is_alnum(text[at - 1])) ||
        scheme_length(text.substr(at)) == 0)
      continue;
    auto end = at;
    while (end < text.size() && end - at <= kUrlBytesMax && is_url_char(text[end])) ++end;
    // Cut off, or in a spelling that is not known: what it was, nobody knows.
    const bool goes_on = text.substr(end).starts_with("\xEF\xBF\xBD") ||
                         (end < text.size() && (text[end] == '{' || text[end] == '\\' || text[end] == '^'));
    const auto last_dot = text.substr(at, end - at).rfind("[.");
    if (goes_on || last_dot != std::string_view::npos) {
      at = end - 1;
      continue;
    }
    while (end > at && std::string_view(".,;:!?)]'|").find(text[end - 1]) != std::string_view::npos) --end;
    auto url = read_url(text.substr(at, end - at));
    const auto begin = at;
    at = end - 1;
    if (!url) continue;
    url->begin = begin;
    url->end = end;
    url->defanged = in.touched(begin, end);
    const bool known =
        std::any_of(out.begin(), out.end(), [&](const FoundUrl& one) { return one.url == url->url; });
    if (!known) out.push_back(*std::move(url));
  }
  return out;
}

}  // namespace rescue::complaint
