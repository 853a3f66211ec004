#include "text.hpp"

#include <algorithm>

namespace rescue::http {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}
bool is_continuation(unsigned byte) {
  return (byte & 0xC0U) == 0x80U;
}

/// The length of the UTF-8 sequence at `at` (RFC 3629 section 4), 0 when it is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const unsigned b0 = byte_at(text, at);
  const unsigned b1 = byte_at(text, at + 1);
  const unsigned b2 = byte_at(text, at + 2);
  const unsigned b3 = byte_at(text, at + 3);
  if (b0 < 0x80) return 1;
  if (b0 >= 0xC2 && b0 <= 0xDF) return is_continuation(b1) ? 2 : 0;
  if (b0 >= 0xE0 && b0 <= 0xEF) {
    const bool overlong = b0 == 0xE0 && b1 < 0xA0;
    const bool surrogate = b0 == 0xED && b1 > 0x9F;
    return is_continuation(b1) && is_continuation(b2) && !overlong && !surrogate ? 3 : 0;
  }
  if (b0 >= 0xF0 && b0 <= 0xF4) {
    const bool overlong = b0 == 0xF0 && b1 < 0x90;
    const bool beyond = b0 == 0xF4 && b1 > 0x8F;
    return is_continuation(b1) && is_continuation(b2) && is_continuation(b3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alpha(c) || is_digit(c) || kOthers.find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7F) || c == '\t';
  });
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto length = sequence_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

bool has_control(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const unsigned byte = byte_at(text, at);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && byte_at(text, at + 1) < 0xA0) return true;
  }
  return false;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool list_has(std::string_view list, std::string_view token) {
  while (true) {
    const auto comma = list.find(',');
    if (equal_ignoring_case(trim(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace rescue::http
