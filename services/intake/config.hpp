#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "rescue/config/source.hpp"
#include "rescue/directory/contracts.hpp"
#include "rescue/net/address.hpp"
#include "rescue/service/annex_watch.hpp"
#include "rescue/service/service.hpp"

namespace rescue::intake {

struct Config {
  service::ServiceConfig service;
  directory::ContractsConfig contracts;
  service::AnnexConfig annexes;
  /// How long a request waits for workflow's decision before it is answered with 202.
  std::chrono::milliseconds decision_wait{2'000};
  /// How many may wait at once; smaller than the slow listener's threads, so that it always has one free.
  std::size_t decision_waiters_max = 12;
  std::string sealing_public_keys;  ///< which keys access may be sealed to; empty: orders bring none
  /// Whose server it was is asked for the time a report says the trouble was seen, unless that is longer ago.
  std::chrono::seconds seen_age_max = std::chrono::days(365);
  /// The provider's own: what a mail accuses must lie in them. None: any address may be meant.
  net::Networks networks;
};

/// Every fault at once: kInvalid.
Result<Config> read_config(config::Source& source);

}  // namespace rescue::intake
