#include "php_decoders.hpp"

#include <algorithm>
#include <cstdint>

#include "rescue/evidence/access_log.hpp"
#include "rescue/evidence/inflate.hpp"

namespace rescue::detect {
namespace {

constexpr std::size_t kMostBytes = 4 << 20;

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::string decode_base64(const std::string& text) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : text) {
    const int value = base64_value(c);
    if (value < 0) continue;  // PHP skips what is no base64
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>((bits >> have) & 0xffU);
    }
  }
  return out;
}

std::string inflate_raw(const std::string& bytes) {
  return evidence::inflate(bytes, evidence::DeflateWrapping::kNone, kMostBytes);
}
std::string inflate_any(const std::string& bytes) {
  return evidence::inflate(bytes, evidence::DeflateWrapping::kZlibOrGzip, kMostBytes);
}

std::string rot13(const std::string& text) {
  std::string out = text;
  for (auto& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>('a' + (c - 'a' + 13) % 26);
    if (c >= 'A' && c <= 'Z') c = static_cast<char>('A' + (c - 'A' + 13) % 26);
  }
  return out;
}

std::string decode_uu(const std::string& text) {
  std::string out;
  std::size_t at = 0;
  const auto value = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned>(text[i] - ' ') & 0x3fU : 0U;
  };
  while (at < text.size()) {
    const auto length = value(at);
    if (length == 0) break;
    const auto end = std::min(text.find('\n', at), text.size());
    std::string line;
    for (auto i = at + 1; line.size() < length && i < end; i += 4) {
      const auto bits = (value(i) << 18U) | (value(i + 1) << 12U) | (value(i + 2) << 6U) | value(i + 3);
      for (const unsigned shift : {16U, 8U, 0U}) line += static_cast<char>((bits >> shift) & 0xffU);
    }
    out += line.substr(0, length);
    at = end + 1;
  }
  return out;
}

std::string from_hex(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = hex_value(text[i]), low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) break;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string decode_url(const std::string& text) {
  return evidence::percent_decode(text, true);
}

}  // namespace rescue::detect
