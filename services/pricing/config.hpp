#pragma once

#include <chrono>
#include <string>

#include "rescue/config/source.hpp"
#include "rescue/service/service.hpp"

namespace rescue::pricing {

struct Config {
  service::ServiceConfig service;
  std::string catalogue_file;
  std::string contracts_file;
  /// How long a quoted price is promised.
  std::chrono::seconds quote_validity = std::chrono::days(7);
  /// How long after its report an incident may be ordered further, for the difference.
  std::chrono::seconds follow_up_window = std::chrono::days(14);
};

/// Every fault at once: kInvalid.
Result<Config> read_config(config::Source& source);

}  // namespace rescue::pricing
