#pragma once

#include <chrono>

#include "decision_board.hpp"
#include "rescue/catalog/annexes.hpp"
#include "rescue/catalog/contracts.hpp"
#include "rescue/net/address.hpp"
#include "rescue/service/sealing_keys.hpp"
#include "rescue/service/service.hpp"

namespace rescue::intake {

/// What the handlers work with; App owns it all.
struct Parts {
  service::Service& service;
  catalog::Contracts& contracts;
  const catalog::AnnexFolder& annexes;  ///< who needs it takes one snapshot of it
  DecisionBoard& board;
  service::SealingKeys& sealing;
  std::chrono::milliseconds decision_wait;
  std::chrono::seconds seen_age_max;
  net::Networks networks;  ///< the provider's own
};

}  // namespace rescue::intake
