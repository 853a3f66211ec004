#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace rescue {

/// What kind of failure it was. Two exhaustive switches depend on this list: `http_status()` in libs/http
/// maps it to a problem document, `retry_class()` below to retry, park or fail. A new code makes the compiler
/// point at both.
enum class ErrorCode {
  kInvalid,       ///< the caller's input is wrong; `pointer` names the field
  kUnauthorized,  ///< no or an unknown credential
  kForbidden,     ///< known, but this role or customer may not
  kNotFound,
  kConflict,     ///< the state does not allow it now
  kTooLarge,     ///< over a size limit
  kUnavailable,  ///< a part we depend on is down or overloaded: the same call may work later
  kTimeout,
  kCorrupt,   ///< stored or received bytes are not what they must be
  kInternal,  ///< a bug or an unusable environment
};

/// An expected failure: what went wrong, in which operation, and what would be right.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  /// Stable kebab-case name out of the problem catalogue (docs/problems.md), e.g. "unknown-field".
  std::string problem;
  /// One sentence for a person. Never holds secrets. May hold input, which whoever prints it escapes.
  std::string detail;
  /// JSON pointer (RFC 6901) to the offending field of the request body, or "" when it is not about one
  /// field.
  std::string pointer = {};
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// Shorthand to return a failure: `return fail(ErrorCode::kNotFound, "incident-not-found", "no incident …");`
inline tl::unexpected<Error> fail(ErrorCode code, std::string problem, std::string detail,
                                  std::string pointer = {}) {
  return tl::unexpected<Error>(Error{code, std::move(problem), std::move(detail), std::move(pointer)});
}
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

enum class RetryClass { kRetry, kPark, kFail };

/// What a consumer or job runner does with a failure: try again later, set aside for a person, or answer
/// "failed".
RetryClass retry_class(ErrorCode code);
std::string_view to_string(ErrorCode code);

}  // namespace rescue

/// Returns the error of `expr` from the enclosing function, or goes on. `expr` is a Status or Result.
#define RESCUE_TRY(expr)                                     \
  do {                                                       \
    if (auto rescue_try_ = (expr); !rescue_try_) {           \
      return ::rescue::fail(std::move(rescue_try_).error()); \
    }                                                        \
  } while (false)

#define RESCUE_CONCAT_INNER(a, b) a##b
#define RESCUE_CONCAT(a, b) RESCUE_CONCAT_INNER(a, b)
/// `RESCUE_ASSIGN(auto x, call());` declares x with the value or returns the error.
#define RESCUE_ASSIGN(decl, expr) RESCUE_ASSIGN_INNER(RESCUE_CONCAT(rescue_result_, __LINE__), decl, expr)
#define RESCUE_ASSIGN_INNER(tmp, decl, expr)               \
  auto tmp = (expr);                                       \
  if (!tmp) return ::rescue::fail(std::move(tmp).error()); \
  decl = *std::move(tmp)
