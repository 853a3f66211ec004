#include "sealing_watch.hpp"

#include "rescue/telemetry/listed_gauge.hpp"

namespace rescue::intake {
namespace {

double ends_at(const seal::PublicKeys& keys, Timestamp now) {
  const auto* offered = keys.current(now);
  return offered == nullptr ? 0 : static_cast<double>(to_us(offered->accepted_until)) / 1e6;
}

std::set<std::string> taken(const seal::PublicKeys& keys, Timestamp now) {
  std::set<std::string> out;
  for (const auto& offered : keys.keys()) {
    if (keys.accepted(offered.key.id, now) != nullptr) out.insert(offered.key.id);
  }
  return out;
}

}  // namespace

void watch_sealing(service::Service& service, service::SealingKeys& keys) {
  if (!keys.are_set_up()) return;
  service.add_warning("sealing", [&] { return keys.trouble(service.clock().now()); });
  auto& metrics = service.metrics();
  auto offered = std::make_shared<telemetry::ListedGauge>(
      metrics, "rescue_sealing_key_offered", "1 while boxes that are sealed to this key are taken", "key_id");
  metrics.before_scrape([&service, &keys, &metrics, offered] {
    const auto now = service.clock().now();
    const auto current = keys.current();
    metrics
        .gauge("rescue_sealing_key_until_timestamp_seconds",
               "When the key that access is to be sealed to ends; 0: none is in force")
        .set(ends_at(*current, now));
    offered->set(taken(*current, now));
    metrics
        .gauge("rescue_annex_broken", "1 while an annex file as it is now cannot be used.",
               {{"annex", "sealing"}})
        .set(keys.broken() ? 1 : 0);
  });
}

}  // namespace rescue::intake
