#include "config.hpp"

namespace rescue::pricing {
namespace {

constexpr int kHttpPort = 8103;
constexpr int kMetricsPort = 9103;

}  // namespace

Result<Config> read_config(config::Source& source) {
  Config config;
  config.service = service::read_common(source, "pricing", kHttpPort, kMetricsPort);
  config.catalogue_file = source.required_text("catalogue.file");
  config.contracts = directory::read_contracts_config(source);
  config.quote_validity = source.seconds("quote.validity_s", config.quote_validity);
  RESCUE_TRY(source.finish());
  return config;
}

}  // namespace rescue::pricing
