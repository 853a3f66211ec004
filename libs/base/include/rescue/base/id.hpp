#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "rescue/base/clock.hpp"
#include "rescue/base/result.hpp"

namespace rescue {

/// Fresh `<prefix>_<26 characters>`: a ULID (Crockford base 32, lower case; 48 bits of milliseconds, 80
/// random bits), so that ids sort by creation time and cannot be guessed. Thread-safe.
std::string make_id(std::string_view prefix, Timestamp now);
/// True for `<prefix>_` followed by 26 characters of that alphabet.
bool is_id(std::string_view prefix, std::string_view text);

/// `bytes` random bytes of the operating system as lower-case hex.
std::string random_hex(std::size_t bytes);

/// A strong id type. `Tag::kPrefix` is the text before the underscore: "inc" gives inc_01j….
template <class Tag>
class Id {
 public:
  Id() = default;
  static Id make(Timestamp now) { return Id(make_id(Tag::kPrefix, now)); }
  /// kInvalid unless `text` has this type's form.
  static Result<Id> parse(std::string_view text) {
    if (!is_id(Tag::kPrefix, text)) {
      return fail(ErrorCode::kInvalid, "bad-id", std::string("not an id of the form ") + Tag::kPrefix + "_…");
    }
    return Id(std::string(text));
  }
  /// For ids that our own storage gives back.
  static Id trusted(std::string text) { return Id(std::move(text)); }
  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const Id&) const = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct IncidentTag {
  static constexpr const char* kPrefix = "inc";
};
struct ReportTag {
  static constexpr const char* kPrefix = "rep";
};
struct RequestTag {
  static constexpr const char* kPrefix = "req";
};
struct OrderTag {
  static constexpr const char* kPrefix = "ord";
};
struct QuoteTag {
  static constexpr const char* kPrefix = "quo";
};
struct ChargeTag {
  static constexpr const char* kPrefix = "chg";
};
struct JobTag {
  static constexpr const char* kPrefix = "job";
};
struct TaskTag {
  static constexpr const char* kPrefix = "tsk";
};

using IncidentId = Id<IncidentTag>;
using ReportId = Id<ReportTag>;
using RequestId = Id<RequestTag>;
using OrderId = Id<OrderTag>;
using QuoteId = Id<QuoteTag>;
using ChargeId = Id<ChargeTag>;
using JobId = Id<JobTag>;
using TaskId = Id<TaskTag>;

}  // namespace rescue
