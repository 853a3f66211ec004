#include "config.hpp"

#include <algorithm>

namespace rescue::intake {
namespace {

constexpr int kHttpPort = 8101;
constexpr int kSlowPort = 8111;
constexpr int kMetricsPort = 9101;

/// "192.0.2.0/24, 2001:db8::/32"
net::Networks read_networks(config::Source& source) {
  std::vector<std::string> texts;
  std::string text = source.text("reports.networks", "");
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    texts.push_back(text.substr(0, comma));
    text.erase(0, comma + 1);
  }
  auto networks = net::Networks::parse(texts);
  if (!networks) source.fault("reports.networks", networks.error().detail);
  return networks ? *std::move(networks) : net::Networks();
}

}  // namespace

Result<Config> read_config(config::Source& source) {
  Config config;
  config.service = service::read_common(source, "intake", kHttpPort, kMetricsPort);
  if (config.service.slow_port < 0) config.service.slow_port = kSlowPort;
  config.contracts = directory::read_contracts_config(source);
  config.annexes = service::read_annex_config(source);
  config.decision_wait = source.milliseconds("decision.wait_ms", config.decision_wait);
  config.decision_waiters_max =
      static_cast<std::size_t>(source.integer("decision.waiters_max", 12, 0, 1'000));
  config.seen_age_max = source.seconds("reports.seen_age_max_s", config.seen_age_max);
  config.networks = read_networks(source);
  config.sealing_public_keys = source.text("sealing.public_keys", "");
  RESCUE_TRY(source.finish());
  return config;
}

}  // namespace rescue::intake
