#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rescue/base/json.hpp"
#include "rescue/store/database.hpp"

namespace rescue::pricing {

/// An issued quote. Only who uses it ever changes.
struct StoredQuote {
  std::string quote_id;
  std::string incident_id;
  std::string server_id;
  std::string customer;
  std::string work_item;
  std::string sha256;
  Json document;
  std::int64_t total_yen = 0;
  std::int64_t issued_us = 0;
  std::int64_t expires_us = 0;
  std::string issued_by;
  std::optional<std::string> used_by;  ///< order id
};

class QuoteStore {
 public:
  static Status insert(store::Tx& tx, const StoredQuote& quote);
  /// kNotFound ("quote-not-found").
  static Result<StoredQuote> get(store::Tx& tx, const std::string& quote_id);
  /// Binds the quote to the order. kConflict ("quote-used") when another order has it.
  static Status use(store::Tx& tx, const std::string& quote_id, const std::string& order_id,
                    std::int64_t now_us);
  /// Gives the quote back if `order_id` has it. True: it had.
  static Result<bool> give_back(store::Tx& tx, const std::string& quote_id, const std::string& order_id);
};

/// What an order was told about its quote.
struct Redemption {
  std::string order_id;
  std::string quote_id;
  std::string request_sha256;  ///< of what was asked
  Json answer;
  std::int64_t at_us = 0;
};

class RedemptionStore {
 public:
  static Result<std::optional<Redemption>> find(store::Tx& tx, const std::string& order_id);
  static Status insert(store::Tx& tx, const Redemption& redemption);
  static Status remove(store::Tx& tx, const std::string& order_id);
};

}  // namespace rescue::pricing
