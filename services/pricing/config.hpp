#pragma once

#include <chrono>
#include <string>

#include "rescue/config/source.hpp"
#include "rescue/directory/contracts.hpp"
#include "rescue/service/service.hpp"

namespace rescue::pricing {

struct Config {
  service::ServiceConfig service;
  std::string catalogue_file;
  directory::ContractsConfig contracts;
  /// How long a quoted price is promised.
  std::chrono::seconds quote_validity = std::chrono::days(7);
};

/// Every fault at once: kInvalid.
Result<Config> read_config(config::Source& source);

}  // namespace rescue::pricing
