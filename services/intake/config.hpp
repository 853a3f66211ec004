#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "rescue/config/source.hpp"
#include "rescue/service/annex_watch.hpp"
#include "rescue/service/service.hpp"

namespace rescue::intake {

struct Config {
  service::ServiceConfig service;
  std::string contracts_file;
  service::AnnexConfig annexes;
  /// How long a request waits for workflow's decision before it is answered with 202.
  std::chrono::milliseconds decision_wait{2'000};
  /// How many may wait at once; smaller than the slow listener's threads, so that it always has one free.
  std::size_t decision_waiters_max = 12;
};

/// Every fault at once: kInvalid.
Result<Config> read_config(config::Source& source);

}  // namespace rescue::intake
