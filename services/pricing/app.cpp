#include "app.hpp"

#include <stdexcept>

#include "annex_versions.hpp"
#include "handlers/credit_notes.hpp"
#include "handlers/export_charges.hpp"
#include "handlers/get_catalogue.hpp"
#include "handlers/get_charges.hpp"
#include "handlers/get_comparison.hpp"
#include "handlers/get_quote.hpp"
#include "handlers/post_quote.hpp"
#include "messages/charge_create.hpp"
#include "messages/comparison_check.hpp"
#include "messages/credit_granted.hpp"
#include "messages/quote_redeem.hpp"
#include "messages/quote_release.hpp"
#include "rescue/incident/messages.hpp"

extern const std::span<const rescue::EmbeddedFile> pricing_migrations;

namespace rescue::pricing {
namespace {

namespace messages = incident::messages;
using http::Method;

template <class T>
T or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return *std::move(result);
}

using calendar::HolidayList;

HolidayList holidays(const std::string& path, HolidayList::Kind kind, HolidayList fallback) {
  return path.empty() ? std::move(fallback) : or_throw(HolidayList::load(path, kind));
}

calendar::BusinessCalendar::Options calendar_options(const Config& config) {
  return {
      .hours = config.business_hours,
      .public_holidays = holidays(config.holidays_file, HolidayList::Kind::kPublic, HolidayList::shipped()),
      .company_holidays = holidays(config.company_holidays_file, HolidayList::Kind::kCompany, {})};
}

}  // namespace

App::App(const Config& config, const Clock& clock)
    : annexes_(config.annexes.directory),
      calendar_(calendar_options(config)),
      service_(config.service, pricing_migrations, clock),
      contracts_(directory::open_contracts(config.contracts, service_)),
      parts_{service_,
             annexes_,
             *contracts_,
             calendar_,
             config.quote_validity,
             config.follow_up_window,
             config.comparisons,
             config.credit_second_person} {
  annexes_.keep_versions([this](const std::vector<catalog::AnnexVersion>& versions) {
    return keep_annex_versions(service_.database(), versions, service_.clock().now());
  });
  service::watch_annexes(service_, annexes_, config.annexes);
  for (auto& route : routes()) service_.add_route(std::move(route));
  const auto on = [this](std::string_view type, auto handler) {
    service_.on_message(std::string(type), [this, handler](store::Tx& tx, const Message& message) {
      return handler(parts_, tx, message);
    });
  };
  on(messages::kQuoteRedeem, on_quote_redeem);
  on(messages::kQuoteRelease, on_quote_release);
  on(messages::kChargeCreate, on_charge_create);
  on(messages::kComparisonCheck, on_comparison_check);
  on(messages::kCreditGranted, on_credit_granted);
}

std::vector<http::Route> App::routes() {
  const auto route = [this](Method method, const std::string& pattern, const std::set<std::string>& roles,
                            auto handler) {
    return http::Route{
        .method = method,
        .pattern = pattern,
        .roles = roles,
        .handler = [this, handler](const http::Request& request) { return handler(parts_, request); }};
  };
  const std::set<std::string> everyone = {"web_form", "reporter", "internal", "operator"};
  const std::set<std::string> not_reporters = {"web_form", "internal", "operator"};
  return {
      route(Method::kGet, "/v1/catalogue", everyone, get_catalogue),
      route(Method::kGet, "/v1/supported-systems", everyone, get_supported_systems),
      route(Method::kGet, "/v1/comparison", not_reporters, get_comparison),
      route(Method::kGet, "/v1/comparisons/{comparison_id}", not_reporters, get_kept_comparison),
      route(Method::kPost, "/v1/quotes", not_reporters, post_quote),
      route(Method::kGet, "/v1/quotes/{quote_id}", not_reporters, get_quote),
      route(Method::kGet, "/v1/charges", not_reporters, list_charges),
      route(Method::kGet, "/v1/charges/{charge_id}", not_reporters, get_charge),
      route(Method::kGet, "/v1/charges/{charge_id}/credit-notes", not_reporters, list_credit_notes),
      route(Method::kPost, "/v1/charges/{charge_id}/credit-notes", {"operator"}, post_credit_note),
      route(Method::kGet, "/v1/charges/export", {"internal", "operator"}, export_charges),
      route(Method::kGet, "/v1/charges/totals", {"internal", "operator"}, get_totals),
  };
}

}  // namespace rescue::pricing
