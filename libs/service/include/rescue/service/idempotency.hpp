#pragma once

#include <functional>
#include <optional>
#include <string>

#include "rescue/http/message.hpp"
#include "rescue/store/database.hpp"

namespace rescue::service {

/// `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) on creating POSTs: same caller, key, path
/// and body give the same answer; the same key with another body or path gives 422 "idempotency-key-reused".
/// The key (1–200 visible ASCII characters) is required: kInvalid "missing-idempotency-key".
class Idempotency {
 public:
  /// What a request is known by. Made before the transaction, where it holds up nobody else.
  struct Claim {
    std::string caller;
    std::string key;
    std::string request_sha256;
  };
  static Result<Claim> claim_of(const http::Request& request);
  /// The answer that was given under this key, or nothing when it is new. kInvalid
  /// ("idempotency-key-reused").
  static Result<std::optional<http::Response>> known(store::Tx& tx, const Claim& claim);
  /// Stores `answer` under the key. False when there is one already.
  static Result<bool> keep(store::Tx& tx, const Claim& claim, const http::Response& answer,
                           std::int64_t now_us);
  /// Looks the key up in `tx` and, when it is new, runs `create` in the same transaction and stores its
  /// answer. An Error from `create` stores nothing (the transaction rolls back).
  static Result<http::Response> once(store::Tx& tx, const http::Request& request, std::int64_t now_us,
                                     const std::function<Result<http::Response>(store::Tx&)>& create);
  /// Replaces the stored answer: for a request whose decision came after its first answer was prepared. Only
  /// the first final answer counts: later calls change nothing.
  static Status settle(store::Tx& tx, const http::Request& request, const http::Response& final_answer);
};

}  // namespace rescue::service
