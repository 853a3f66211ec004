#include "config.hpp"

namespace rescue::pricing {
namespace {

constexpr int kHttpPort = 8103;
constexpr int kMetricsPort = 9103;

void read_business(config::Source& source, Config& config) {
  const auto hours =
      calendar::BusinessHours::parse(source.text("business.hours", config.business_hours.text()));
  if (hours) {
    config.business_hours = *hours;
  } else {
    source.fault("business.hours", hours.error().detail);
  }
  config.holidays_file = source.text("business.holidays_file", "");
  config.company_holidays_file = source.text("business.company_holidays_file", "");
}

}  // namespace

Result<Config> read_config(config::Source& source) {
  Config config;
  config.service = service::read_common(source, "pricing", kHttpPort, kMetricsPort);
  config.annexes = service::read_annex_config(source);
  config.contracts = directory::read_contracts_config(source);
  read_business(source, config);
  config.quote_validity = source.seconds("quote.validity_s", config.quote_validity);
  config.follow_up_window = source.seconds("quote.follow_up_s", config.follow_up_window);
  auto& comparisons = config.comparisons;
  comparisons.validity = source.seconds("comparison.validity_s", comparisons.validity);
  comparisons.kept_max = source.integer("comparison.kept_per_server", comparisons.kept_max, 1, 10'000);
  config.credit_second_person = source.boolean("credit_notes.second_person", config.credit_second_person);
  RESCUE_TRY(source.finish());
  return config;
}

}  // namespace rescue::pricing
