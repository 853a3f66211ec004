#pragma once

#include <string>
#include <vector>

#include "arguments.hpp"
#include "rescue/queue/redis.hpp"

namespace rescue::ctl {

/// What the settings of one service say about where its data are.
struct ServicePlace {
  std::string service;
  std::string database_url;
  queue::RedisOptions redis;
};

/// All of the product that is backed up and restored together.
struct Product {
  std::vector<ServicePlace> services;
  std::string evidence_dir;
};

/// The services, in the order in which their writers are stopped: where work comes in first.
const std::vector<std::string>& service_names();

/// Reads the settings files named by --intake, --workflow, --pricing and --worker, as the services do: the
/// environment goes over them. kInvalid.
Result<Product> read_product(const Arguments& given);

}  // namespace rescue::ctl
