#include "rescue/evidence/excerpt.hpp"

#include <cstdint>

namespace rescue::evidence {
namespace {

/// Length of the well-formed UTF-8 sequence (RFC 3629) at the start of `text`, 0 when there is none.
std::size_t sequence_length(std::string_view text, std::uint32_t& code_point) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) {
    code_point = lead;
    return 1;
  }
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  code_point = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
    code_point = (code_point << 6U) | (byte(i) & 0x3fU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  return code_point < kLeast[length] || code_point > 0x10ffff || surrogate ? 0 : length;
}

bool is_printable(std::uint32_t c) {
  const bool control = c < 0x20 || (c >= 0x7f && c <= 0x9f);
  // Direction marks, overrides and isolates: they make a line read as something it is not.
  const bool turns_text = (c >= 0x200e && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
                          (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029 || c == 0xfeff;
  return !control && !turns_text;
}

void append_escaped(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    out += "\\x";
    out += "0123456789abcdef"[byte >> 4U];
    out += "0123456789abcdef"[byte & 15U];
  }
}

}  // namespace

std::string escape_excerpt(std::string_view bytes, std::size_t max_bytes) {
  const auto shown = bytes.substr(0, max_bytes);
  std::string out;
  out.reserve(shown.size());
  for (std::size_t i = 0; i < shown.size();) {
    std::uint32_t code_point = 0;
    const auto length = sequence_length(bytes.substr(i), code_point);
    const auto taken = length == 0 ? 1 : length;
    if (length != 0 && is_printable(code_point)) {
      out += bytes.substr(i, taken);
    } else {
      append_escaped(out, bytes.substr(i, taken));
    }
    i += taken;
  }
  if (bytes.size() > max_bytes) out += "…";
  return out;
}

}  // namespace rescue::evidence
