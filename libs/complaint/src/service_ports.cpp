#include "service_ports.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "addresses.hpp"
#include "rescue/base/ascii.hpp"

namespace rescue::complaint {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z');
}

/// The number that the text begins with, blanks aside.
std::optional<std::uint16_t> number(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with(':') || text.starts_with('=')) text.remove_prefix(1);
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  std::uint16_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto rest = text.substr(static_cast<std::size_t>(stop - text.data()));
  // 192.0.2.1 and 2026-09-17 are no ports.
  const bool goes_on =
      !rest.empty() &&
      (is_alnum(rest.front()) ||
       (rest.size() > 1 && (rest[0] == '.' || rest[0] == '-' || rest[0] == ':') && is_digit(rest[1])));
  if (error != std::errc() || value == 0 || goes_on) return std::nullopt;
  return value;
}

/// 25 of "25/tcp", whose slash is at `slash`.
std::optional<std::uint16_t> number_before(std::string_view text, std::size_t slash) {
  auto begin = slash;
  while (begin > 0 && is_digit(text[begin - 1])) --begin;
  if (begin > 0 && (is_alnum(text[begin - 1]) || text[begin - 1] == '.')) return std::nullopt;
  return number(text.substr(begin, slash - begin));
}

bool is_word_at(std::string_view text, std::size_t at, std::string_view word) {
  const bool before = at == 0 || !is_alnum(text[at - 1]);
  return before && text.substr(at).starts_with(word) &&
         (at + word.size() == text.size() || !is_alnum(text[at + word.size()]));
}

std::string protocol_of(std::string_view text) {
  bool tcp = false, udp = false;
  for (std::size_t at = 0; at + 3 <= text.size(); ++at) {
    tcp = tcp || is_word_at(text, at, "tcp");
    udp = udp || is_word_at(text, at, "udp");
  }
  if (tcp == udp) return {};
  return tcp ? "tcp" : "udp";
}

}  // namespace

ServicePort service_port(std::string_view text, std::string_view address) {
  const auto lower = lower_ascii(text);
  const std::string_view in = lower;
  std::set<std::uint16_t> ports;
  const auto take = [&](std::optional<std::uint16_t> port) {
    if (port) ports.insert(*port);
  };
  for (const auto& found : find_addresses(in)) {
    auto end = found.end;
    if (in.substr(end).starts_with(']')) ++end;
    if (found.address == address && in.substr(end).starts_with(':')) take(number(in.substr(end + 1)));
  }
  for (std::size_t at = 0; at < in.size(); ++at) {
    if (is_word_at(in, at, "port")) take(number(in.substr(at + 4)));
    if (in.substr(at).starts_with("ポート")) take(number(in.substr(at + 9)));
    if (in[at] == '/' && (in.substr(at + 1).starts_with("tcp") || in.substr(at + 1).starts_with("udp")))
      take(number_before(in, at));
    if (is_word_at(in, at, "tcp") || is_word_at(in, at, "udp")) {
      if (in.substr(at + 3).starts_with('/')) take(number(in.substr(at + 4)));
    }
  }
  if (ports.size() != 1) return {};
  return {*ports.begin(), protocol_of(in)};
}

}  // namespace rescue::complaint
