#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/store/database.hpp"

namespace rescue::pricing {

/// The fee of one order: its quote, due for every outcome (R41).
struct Charge {
  std::string charge_id;
  std::string order_id;
  std::string quote_id;
  std::string incident_id;
  std::string customer;
  std::string outcome;
  Json lines;
  Json annex_versions = Json::object();  ///< what its quote was made of
  std::int64_t net_yen = 0;
  std::int64_t tax_percent = 0;
  std::int64_t tax_yen = 0;
  std::int64_t total_yen = 0;
  std::int64_t completed_us = 0;
  std::int64_t created_us = 0;
};

/// What GET /v1/charges/{id} shows.
Json to_json(const Charge& charge);

class ChargeStore {
 public:
  /// kConflict ("unique-violation") when the order or the quote was charged already.
  static Status insert(store::Tx& tx, const Charge& charge);
  static Result<std::optional<Charge>> of_order(store::Tx& tx, const std::string& order_id);
  /// kNotFound ("charge-not-found").
  static Result<Charge> get(store::Tx& tx, const std::string& charge_id);

  struct Filter {
    std::optional<std::string> incident_id;
    std::optional<std::string> customer;
    std::string after;  ///< charge id of the last one seen; "" for the first page
    std::size_t limit = 50;
  };
  /// Oldest first.
  static Result<std::vector<Charge>> list(store::Tx& tx, const Filter& filter);
};

}  // namespace rescue::pricing
