#include "notices/gauges.hpp"

namespace rescue::workflow {
namespace {

void set(telemetry::Metrics& metrics, const char* name, const char* help, const telemetry::Labels& labels,
         std::int64_t value) {
  metrics.gauge(name, help, labels).set(static_cast<double>(value));
}

}  // namespace

void set_notice_gauges(Casework& casework) {
  auto& service = casework.service;
  const auto now_us = to_us(service.clock().now());
  const auto read = service.database().read([&](store::Tx& tx) -> Status {
    std::int64_t oldest_us = now_us;
    for (const std::string state : {"pending", "undeliverable"}) {
      RESCUE_ASSIGN(const auto row,
                    tx.find("SELECT COUNT(*), MIN(created_us) FROM notices WHERE state = ?", {state}));
      set(service.metrics(), "rescue_notices", "Notices that have not arrived, by state.", {{"state", state}},
          row->integer(0));
      if (row->integer(0) > 0) oldest_us = std::min(oldest_us, row->integer(1));
    }
    set(service.metrics(), "rescue_notice_oldest_undelivered_seconds",
        "For how long the oldest notice that has not arrived has been waiting.", {},
        (now_us - oldest_us) / 1'000'000);
    RESCUE_ASSIGN(const auto disabled,
                  tx.find("SELECT COUNT(*) FROM notice_endpoints WHERE state = 'disabled'"));
    set(service.metrics(), "rescue_notice_endpoints_disabled", "Endpoints that are used no more.", {},
        disabled->integer(0));
    return {};
  });
  (void)read;  // they keep what they said
}

}  // namespace rescue::workflow
