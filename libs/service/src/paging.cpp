#include "rescue/service/paging.hpp"

#include <array>
#include <charconv>

namespace rescue::service {
namespace {

constexpr std::int64_t kLimitDefault = 50;
constexpr std::int64_t kLimitMax = 200;
constexpr std::size_t kCursorBytesMax = 1'000;
constexpr std::string_view kVersion = "1:";
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

tl::unexpected<Error> bad_cursor() {
  return fail(ErrorCode::kInvalid, "bad-cursor", "send next_cursor as the last page gave it");
}

std::string base64url(std::string_view bytes) {
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += kAlphabet[(bits >> (count - 6)) & 63];
  }
  if (count > 0) out += kAlphabet[(bits << (6 - count)) & 63];
  return out;
}

Result<std::string> from_base64url(std::string_view text) {
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = kAlphabet.find(c);
    if (value == std::string_view::npos) return bad_cursor();
    bits = (bits << 6) | static_cast<unsigned>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 0xff);
    }
  }
  return out;
}

}  // namespace

std::string encode_cursor(std::string_view key) {
  return base64url(std::string(kVersion) + std::string(key));
}

Result<std::string> decode_cursor(std::string_view cursor) {
  if (cursor.size() > kCursorBytesMax) return bad_cursor();
  RESCUE_ASSIGN(const std::string bytes, from_base64url(cursor));
  // Only the one spelling that we give out: bits left over at the end must not make a second.
  if (!bytes.starts_with(kVersion) || base64url(bytes) != cursor) return bad_cursor();
  return bytes.substr(kVersion.size());
}

Result<std::int64_t> Page::after_number() const {
  if (after.empty()) return 0;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), number);
  if (error != std::errc() || end != after.data() + after.size() || number < 0) return bad_cursor();
  return number;
}

Result<Page> read_page(const http::Request& request) {
  Page page;
  RESCUE_ASSIGN(const std::int64_t limit, request.query_integer("limit", kLimitDefault, 1, kLimitMax));
  page.limit = static_cast<std::size_t>(limit);
  if (const auto cursor = request.query.find("cursor"); cursor != request.query.end()) {
    RESCUE_ASSIGN(page.after, decode_cursor(cursor->second));
    if (page.after.empty()) return bad_cursor();
  }
  return page;
}

Json page_json(Json items, const Page& page, std::string_view key_field) {
  Json next = nullptr;
  if (items.size() > page.limit) {
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(page.limit), items.end());
    const Json& key = items.back().at(std::string(key_field));
    next = encode_cursor(key.is_string() ? key.get<std::string>() : std::to_string(key.get<std::int64_t>()));
  }
  return {{"items", std::move(items)}, {"next_cursor", std::move(next)}};
}

}  // namespace rescue::service
