#pragma once

#include <chrono>

#include "rescue/catalog/catalogue.hpp"
#include "rescue/catalog/contracts.hpp"
#include "rescue/service/service.hpp"

namespace rescue::pricing {

/// What the handlers work with; App owns it all.
struct Parts {
  service::Service& service;
  const catalog::Catalogue& catalogue;
  const catalog::ContractDirectory& contracts;
  std::chrono::seconds quote_validity;
  std::chrono::seconds follow_up_window;
};

}  // namespace rescue::pricing
