#include <fstream>

#include "rescue/directory/contracts.hpp"

namespace rescue::directory {
namespace {

void check_url(config::Source& source, const ContractsConfig& config) {
  const bool https = config.url.starts_with("https://");
  if (!https && !config.url.starts_with("http://")) {
    source.fault("contracts.url", "must begin with http:// or https://");
  }
  if (config.ca_file.empty()) return;
  if (!https) source.fault("contracts.ca_file", "goes with a contracts.url that begins with https://");
  if (!std::ifstream(config.ca_file)) source.fault("contracts.ca_file", "cannot be read: " + config.ca_file);
}

}  // namespace

ContractsConfig read_contracts_config(config::Source& source) {
  ContractsConfig config;
  config.file = source.text("contracts.file", "");
  config.url = source.text("contracts.url", "");
  config.token_file = source.text("contracts.token_file", "");
  config.ca_file = source.text("contracts.ca_file", "");
  config.wait = source.milliseconds("contracts.wait_ms", config.wait);
  config.fresh = source.seconds("contracts.fresh_s", config.fresh);
  config.unknown_fresh = source.seconds("contracts.unknown_fresh_s", config.unknown_fresh);
  config.stale = source.seconds("contracts.stale_s", config.stale);
  config.cache_max = static_cast<std::size_t>(source.integer("contracts.cache_max", 10'000, 0, 1'000'000));
  if (config.file.empty() == config.url.empty()) {
    source.fault("contracts.file",
                 "set either this or contracts.url: one of them says who rents which server");
  }
  if (!config.url.empty() && config.token_file.empty()) {
    source.fault("contracts.token_file", "is needed with contracts.url: the file with the bearer token");
  }
  if (!config.url.empty()) check_url(source, config);
  if (config.wait < std::chrono::milliseconds(100) || config.wait > std::chrono::seconds(30)) {
    source.fault("contracts.wait_ms", "must be from 100 to 30000");
  }
  return config;
}

}  // namespace rescue::directory
