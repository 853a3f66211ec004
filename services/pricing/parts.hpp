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
  catalog::Contracts& contracts;
  std::chrono::seconds quote_validity;
};

}  // namespace rescue::pricing
