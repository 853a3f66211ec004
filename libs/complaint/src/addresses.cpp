#include "addresses.hpp"

#include <algorithm>

#include "rescue/base/ascii.hpp"
#include "rescue/catalog/contracts.hpp"

namespace rescue::complaint {
namespace {

constexpr std::size_t kFoundMax = 10'000;
constexpr std::size_t kAddressBytesMax = 45;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_alnum(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_name(char c) {
  return is_alnum(c) || c == '-' || c == '_' || c == '.';
}
char char_at(std::string_view text, std::size_t at) {
  return at < text.size() ? text[at] : '\0';
}
char char_before(std::string_view text, std::size_t at) {
  return at == 0 ? ' ' : text[at - 1];
}

/// "/24", "-192.0.2.9", "-9": it stands for more than one.
bool is_many(std::string_view text, std::size_t end, bool six) {
  const char next = char_at(text, end);
  if (next == '/' && is_digit(char_at(text, end + 1))) {
    const auto prefix = text.substr(end + 1, 3);
    return six ? !prefix.starts_with("128") : !prefix.starts_with("32");
  }
  auto at = end;
  while (char_at(text, at) == ' ' && at < end + 2) ++at;
  const bool dash = char_at(text, at) == '-' || text.substr(at).starts_with("–");
  if (!dash) return false;
  at += char_at(text, at) == '-' ? 1U : 3U;
  while (char_at(text, at) == ' ' && at < end + 6) ++at;
  const auto other = text.substr(at, 16);
  return is_digit(char_at(text, at)) && (next != ' ' || std::count(other.begin(), other.end(), '.') >= 3);
}

/// Where the run of an address' characters that begins at `at` ends, without what closes a sentence.
std::size_t run_end(std::string_view text, std::size_t at, bool six) {
  auto end = at;
  const auto last = std::min(text.size(), at + kAddressBytesMax + 20);
  while (end < last &&
         (text[end] == '.' || (six ? is_hex(text[end]) || text[end] == ':' : is_digit(text[end]))))
    ++end;
  while (end > at &&
         (text[end - 1] == '.' || (six && text[end - 1] == ':' && (end < 2 || text[end - 2] != ':'))))
    --end;
  return end;
}

/// Beside a byte that means nothing: what it was, nobody knows.
bool is_damaged(std::string_view text, std::size_t begin, std::size_t end) {
  return text.substr(0, begin).ends_with("\xEF\xBF\xBD") || text.substr(end).starts_with("\xEF\xBF\xBD");
}

bool add_if_address(std::string_view text, std::size_t begin, std::size_t end,
                    std::vector<FoundAddress>& out) {
  if (end - begin > kAddressBytesMax) return false;
  const char next = char_at(text, end);
  if (is_damaged(text, begin, end)) return false;
  const bool goes_on = is_alnum(next) || next == '_' ||
                       (next == '.' && is_name(char_at(text, end + 1)) && char_at(text, end + 1) != '.') ||
                       (next == '-' && !is_digit(char_at(text, end + 1)) && is_alnum(char_at(text, end + 1)));
  if (goes_on) return false;
  const auto address = catalog::canonical_address(text.substr(begin, end - begin));
  if (!address) return false;
  if (!is_many(text, end, address->find(':') != std::string::npos)) out.push_back({*address, begin, end});
  return true;
}

/// "IPv6:2001:db8::1" (RFC 5321, 4.1.3).
bool begins_literal(std::string_view text, std::size_t at) {
  return at >= 5 && lower_ascii(text.substr(at - 5, 5)) == "ipv6:";
}

}  // namespace

std::vector<FoundAddress> find_addresses(std::string_view text) {
  std::vector<FoundAddress> out;
  for (std::size_t at = 0; at < text.size() && out.size() < kFoundMax;) {
    const bool begins = is_hex(text[at]) || (text[at] == ':' && char_at(text, at + 1) == ':');
    const char before = char_before(text, at);
    const bool clear =
        !(is_name(before) || before == ':') || begins_literal(text, at) ||
        ((before == ':') && is_digit(text[at]) && !is_hex(at >= 2 ? text[at - 2] : ' ')) ||
        (before == ':' && is_alnum(text[at]) && at >= 2 && !is_hex(text[at - 2]) && text[at - 2] != ':');
    if (!begins || !clear) {
      ++at;
      continue;
    }
    const auto four = is_digit(text[at]) ? run_end(text, at, false) : at;
    const auto six = run_end(text, at, true);
    const auto colons = std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                                   text.begin() + static_cast<std::ptrdiff_t>(six), ':');
    if (colons >= 2 && add_if_address(text, at, six, out)) {
      at = six;
    } else if (four > at && add_if_address(text, at, four, out)) {
      at = four;
    } else {
      ++at;
    }
  }
  return out;
}

}  // namespace rescue::complaint
