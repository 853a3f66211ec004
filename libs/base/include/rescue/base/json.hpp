#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/base/result.hpp"

namespace rescue {

/// JSON as a vocabulary type, with sorted keys, so that the same value always gives the same bytes.
using Json = nlohmann::json;

/// Strict parse: valid UTF-8, no duplicate keys, at most 64 levels deep, nothing after the value. kInvalid
/// ("malformed-json" with the byte offset; "duplicate-key") otherwise. Never throws.
Result<Json> parse_json(std::string_view text);
/// Compact text; bytes that are no UTF-8 are replaced. Never throws.
std::string dump_json(const Json& value);

/// Reads the fields of one JSON object, strictly. Collects the first fault instead of returning at each
/// field:
///   JsonReader in(body);
///   auto who = in.text("person", {.max_bytes = 200});
///   RESCUE_TRY(in.done());           // first fault, with its JSON pointer; or an unknown key
/// After a fault the getters return empty values. Not thread-safe; borrows `object`, which must outlive it.
class JsonReader {
 public:
  explicit JsonReader(const Json& object, std::string pointer = "");

  struct TextRules {
    std::size_t min_bytes = 1;
    std::size_t max_bytes = 1000;
  };
  std::string text(std::string_view key, TextRules rules);
  std::string text(std::string_view key) { return text(key, TextRules{}); }
  std::optional<std::string> optional_text(std::string_view key, TextRules rules);
  std::optional<std::string> optional_text(std::string_view key) { return optional_text(key, TextRules{}); }
  /// One of `allowed`; the fault lists them.
  std::string one_of(std::string_view key, const std::vector<std::string>& allowed);
  std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max);
  std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t min, std::int64_t max);
  bool boolean(std::string_view key, bool fallback);
  /// Absent: fallback. Fault unless an RFC 3339 date-time.
  std::optional<Timestamp> optional_time(std::string_view key);
  /// A list of texts without repeats; absent is a fault.
  std::vector<std::string> texts(std::string_view key, std::size_t max_items, TextRules rules);
  /// A nested object; a fault (and an empty object) when absent or of another type.
  JsonReader object(std::string_view key);
  std::optional<JsonReader> optional_object(std::string_view key);
  /// Any JSON value, kept as it came; nullptr when absent.
  const Json* raw(std::string_view key);

  /// Adds a fault of the caller's own about `key` (kept only if it is the first).
  void fault(std::string_view key, std::string problem, std::string detail);
  /// First fault, or "unknown-field" for a key that nobody asked for. Call it on nested readers too.
  Status done();

 private:
  const Json* find(std::string_view key, bool required);
  bool check_text(std::string_view key, const Json& value, const TextRules& rules);

  const Json* object_;
  std::string pointer_;
  std::set<std::string, std::less<>> seen_;
  std::optional<Error> first_;
};

}  // namespace rescue
