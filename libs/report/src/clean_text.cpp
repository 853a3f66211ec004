#include "clean_text.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace rescue::report {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;  ///< 0: the first byte starts no valid sequence
};

/// RFC 3629: shortest form only, no surrogates, nothing past U+10FFFF.
CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t value = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kLowest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kLowest[length] || value > 0x10FFFF || surrogate) return {};
  return {value, length};
}

/// Unicode: Cc, and those of Cf, Zl, Zp that hide or reorder what a reader sees.
bool is_hidden(char32_t c) {
  return c == 0xAD || c == 0x34F || c == 0x61C || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 ||
         (c >= 0x180B && c <= 0x180F) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0x3164 || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF ||
         c == 0xFFA0 || (c >= 0xFFF0 && c <= 0xFFFC) || (c >= 0xE0000 && c <= 0xE0FFF);
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

void append_escape(std::string& out, const char* format, unsigned value) {
  std::array<char, 16> buffer{};
  const int n = std::snprintf(buffer.data(), buffer.size(), format, value);
  out.append(buffer.data(), static_cast<std::size_t>(n));
}

}  // namespace

std::string clean_text(std::string_view bytes, const CleanRules& rules) {
  std::string out;
  std::size_t chars = 0;
  while (!bytes.empty()) {
    if (chars++ == rules.chars_max) return out + "…";
    const CodePoint point = decode(bytes);
    if (point.bytes == 0) {
      append_escape(out, "\\x%02X", static_cast<unsigned char>(bytes.front()));
      bytes.remove_prefix(1);
      continue;
    }
    if (point.value == '\n' && rules.keep_newlines) {
      out += '\n';
    } else if (is_control(point.value)) {
      append_escape(out, "\\x%02X", static_cast<unsigned>(point.value));
    } else if (is_hidden(point.value)) {
      append_escape(out, "\\u{%04X}", static_cast<unsigned>(point.value));
    } else {
      out.append(bytes.substr(0, point.bytes));
    }
    bytes.remove_prefix(point.bytes);
  }
  return out;
}

std::string clean_text(std::string_view bytes) {
  return clean_text(bytes, CleanRules{});
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace rescue::report
