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
  config.contracts_file = source.required_text("contracts.file");
  config.quote_validity = source.seconds("quote.validity_s", config.quote_validity);
  config.follow_up_window = source.seconds("quote.follow_up_s", config.follow_up_window);
  RESCUE_TRY(source.finish());
  return config;
}

}  // namespace rescue::pricing
