#include "rescue/base/base64.hpp"

#include <algorithm>
#include <cstdint>

namespace rescue {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

tl::unexpected<Error> not_base64() {
  return fail(ErrorCode::kInvalid, "wrong-type", "must be base 64 with padding (RFC 4648 section 4)");
}

std::size_t padding_of(std::string_view text) {
  if (text.ends_with("==")) return 2;
  return text.ends_with('=') ? 1 : 0;
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t there = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8U | (k < there ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= there ? kAlphabet[group >> (18U - 6U * k) & 63U] : '=';
    }
  }
  return out;
}

Result<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return not_base64();
  const std::size_t padding = padding_of(text);
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size() - padding; ++i) {
    const auto value = kAlphabet.find(text[i]);
    if (value == std::string_view::npos) return not_base64();
    group = group << 6U | static_cast<std::uint32_t>(value);
    if (i % 4 != 3) continue;
    for (const unsigned shift : {16U, 8U, 0U}) out += static_cast<char>(group >> shift & 0xffU);
    group = 0;
  }
  if (padding == 0) return out;
  group <<= 6U * padding;
  if ((group & (padding == 2 ? 0xffffU : 0xffU)) != 0) return not_base64();
  out += static_cast<char>(group >> 16U & 0xffU);
  if (padding == 1) out += static_cast<char>(group >> 8U & 0xffU);
  return out;
}

}  // namespace rescue
