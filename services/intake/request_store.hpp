#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "decision_board.hpp"
#include "rescue/store/database.hpp"

namespace rescue::intake {

/// What a customer asked workflow to decide, as it came in.
struct StoredRequest {
  std::string request_id;
  std::string incident_id;
  std::string kind;
  std::string state = "pending";  ///< pending, accepted, refused
  std::string key_id;
  std::string customer;
  std::string person;
  std::string raw_body;
  std::string raw_sha256;
  std::optional<std::string> consents;  ///< orders: JSON, as accept_consents gives it
  std::int64_t submitted_us = 0;
  std::optional<std::int64_t> decided_us;
  std::optional<Decision> decision;
};

class RequestStore {
 public:
  static Status insert(store::Tx& tx, const StoredRequest& request);
  /// kNotFound ("request-not-found"). Without the raw body.
  static Result<StoredRequest> get(store::Tx& tx, const std::string& request_id);
  /// kNotFound. The first decision stands: a second call changes nothing.
  static Status decide(store::Tx& tx, const std::string& request_id, const Decision& decision,
                       std::int64_t now_us);
};

}  // namespace rescue::intake
