#pragma once

#include <string>
#include <vector>

#include "rescue/catalog/annexes.hpp"

namespace rescue::catalog {

/// What is in force on one day. Keeps its annexes alive; immutable, thread-safe.
class Catalogue {
 public:
  /// kUnavailable ("annex-missing") when something has no version on `day`.
  static Result<Catalogue> on(AnnexSnapshot annexes, std::chrono::sys_days day);
  /// The same on the day in Asia/Tokyo that `at` falls on.
  static Result<Catalogue> at(AnnexSnapshot annexes, Timestamp at);

  std::chrono::sys_days day() const { return day_; }
  const Annexes& annexes() const { return *annexes_; }
  const PriceList& prices() const { return *prices_; }
  const Surcharges& out_of_hours() const { return *out_of_hours_; }
  const Surcharges& special_work() const { return *special_work_; }
  const ServiceDocument& terms() const { return terms_; }
  const ServiceDocument& specification() const { return specification_; }
  const Offer& offer(WorkItem item) const { return prices_->offers.at(item); }

  /// {prices, out_of_hours, special_work, terms, specification}: what a quote names.
  Json versions() const;
  /// What GET /v1/catalogue shows: {versions, currency, tax_percent, items, out_of_hours, special_work,
  /// consents}. kUnavailable ("annex-missing").
  Result<Json> to_json() const;
  /// What GET /v1/supported-systems shows: {on, operating_systems, packages}.
  Json systems_json() const;

 private:
  std::chrono::sys_days day_;
  AnnexSnapshot annexes_;
  const PriceList* prices_ = nullptr;
  const Surcharges* out_of_hours_ = nullptr;
  const Surcharges* special_work_ = nullptr;
  ServiceDocument terms_, specification_;
};

}  // namespace rescue::catalog
