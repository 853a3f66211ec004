#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rescue/http/message.hpp"

namespace rescue::service {

/// One page of a list that is ordered by a unique text or number: the query parameters limit (1–200, default
/// 50) and cursor. Ask the storage for `limit + 1` items after `after`, and give them to `page_json`.
struct Page {
  std::size_t limit = 0;
  std::string after;  ///< the key of the last item before this page; "" for the first page
  /// `after` as a number, 0 for the first page. kInvalid ("bad-cursor").
  Result<std::int64_t> after_number() const;
};

/// kInvalid "bad-query" or "bad-cursor".
Result<Page> read_page(const http::Request& request);

/// {items, next_cursor}: at most `limit` of `items`; the cursor, null on the last page, is made of
/// `key_field` (a text or whole number) of the last item shown.
Json page_json(Json items, const Page& page, std::string_view key_field);

/// A cursor is opaque to callers (base64url, RFC 4648 section 5, of a version and the key): they hand back
/// what they got.
std::string encode_cursor(std::string_view key);
Result<std::string> decode_cursor(std::string_view cursor);

}  // namespace rescue::service
