#include "encodings.hpp"

#include <array>
#include <cstdint>

#include "rescue/base/base64.hpp"

namespace rescue::sigma {
namespace {

/// The next character and how many bytes it takes (RFC 3629); a wrong byte counts as a character.
std::pair<std::uint32_t, std::size_t> character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t first = byte(at);
  const std::size_t size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
  if (size == 1 || at + size > text.size()) return {first, 1};
  std::uint32_t value = first & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xc0U) != 0x80U) return {first, 1};
    value = (value << 6U) | (byte(at + i) & 0x3fU);
  }
  return {value, size};
}

}  // namespace

std::string utf16(std::string_view text, bool big_endian) {
  std::string out;
  const auto add = [&](std::uint32_t unit) {
    const auto high = static_cast<char>(unit >> 8U), low = static_cast<char>(unit & 0xffU);
    out += big_endian ? high : low;
    out += big_endian ? low : high;
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto [value, size] = character_at(text, at);
    at += size;
    if (value < 0x10000) {
      add(value);
    } else {
      add(0xd800U + ((value - 0x10000U) >> 10U));
      add(0xdc00U + ((value - 0x10000U) & 0x3ffU));
    }
  }
  return out;
}

std::vector<std::string> base64_at_offsets(std::string_view text) {
  constexpr std::array<std::size_t, 3> kFirst = {0, 2, 3};  // characters that hold bits of what is before
  constexpr std::array<std::size_t, 3> kLast = {0, 3, 2};   // and of what is behind, padding included
  std::vector<std::string> out;
  for (std::size_t offset = 0; offset < 3; ++offset) {
    const auto whole = encode_base64(std::string(offset, ' ') + std::string(text));
    const auto cut = kFirst[offset] + kLast[(text.size() + offset) % 3];
    if (whole.size() > cut) out.push_back(whole.substr(kFirst[offset], whole.size() - cut));
  }
  return out;
}

}  // namespace rescue::sigma
