#include "postgres_sql.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace rescue::store {
namespace {

constexpr std::string_view kMarker = "\x01hex:";

/// The end of what begins at `begin` and is no place for parameters: a literal, a quoted name, a comment.
/// `begin` itself when nothing such begins there.
std::size_t end_of_quoted(std::string_view sql, std::size_t begin) {
  const auto after = [&](std::string_view closing, std::size_t from) {
    const std::size_t at = sql.find(closing, from);
    return at == std::string_view::npos ? sql.size() : at + closing.size();
  };
  const std::string_view rest = sql.substr(begin);
  // A doubled quote inside a literal ends it here and begins the next at once, which comes to the same.
  if (rest.starts_with('\'')) return after("'", begin + 1);
  if (rest.starts_with('"')) return after("\"", begin + 1);
  if (rest.starts_with("--")) return after("\n", begin);
  if (rest.starts_with("/*")) return after("*/", begin + 2);
  return begin;
}

/// Bytes of the UTF-8 sequence (RFC 3629) at the beginning of `text`; 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  if (byte(0) < 0x80) return 1;
  const std::size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xf0 && byte(1) < 0x90);
  const bool surrogate = byte(0) == 0xed && byte(1) > 0x9f;
  const bool too_high = byte(0) == 0xf4 && byte(1) > 0x8f;
  return overlong || surrogate || too_high ? 0 : length;
}

bool can_be_held(std::string_view text) {
  if (text.starts_with(kMarker)) return false;
  while (!text.empty()) {
    const std::size_t length = text.front() == '\0' ? 0 : utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

PostgresSql to_postgres(std::string_view sql) {
  PostgresSql out;
  for (std::size_t at = 0; at < sql.size();) {
    if (const std::size_t end = end_of_quoted(sql, at); end != at) {
      out.text += sql.substr(at, end - at);
      at = end;
    } else if (sql[at] == '?') {
      out.text += "$" + std::to_string(++out.parameters);
      ++at;
    } else {
      out.text += sql[at++];
    }
  }
  return out;
}

std::string encode_text(std::string_view text) {
  if (can_be_held(text)) return std::string(text);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(kMarker);
  for (const char c : text) {
    out += kDigits[static_cast<std::uint8_t>(c) >> 4];
    out += kDigits[static_cast<std::uint8_t>(c) & 15];
  }
  return out;
}

std::string decode_text(std::string_view stored) {
  if (!stored.starts_with(kMarker)) return std::string(stored);
  std::string out;
  for (std::size_t at = kMarker.size(); at + 1 < stored.size(); at += 2) {
    std::uint8_t byte = 0;
    std::from_chars(stored.data() + at, stored.data() + at + 2, byte, 16);
    out += static_cast<char>(byte);
  }
  return out;
}

}  // namespace rescue::store
