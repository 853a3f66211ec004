#include "app.hpp"

#include <stdexcept>

#include "handlers/get_catalogue.hpp"
#include "handlers/get_charges.hpp"
#include "handlers/get_quote.hpp"
#include "handlers/post_quote.hpp"
#include "messages/charge_create.hpp"
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

}  // namespace

App::App(const Config& config, const Clock& clock)
    : catalogue_(or_throw(catalog::Catalogue::load(config.catalogue_file))),
      service_(config.service, pricing_migrations, clock),
      contracts_(directory::open_contracts(config.contracts, service_)),
      parts_{service_, catalogue_, *contracts_, config.quote_validity} {
  for (auto& route : routes()) service_.add_route(std::move(route));
  const auto on = [this](std::string_view type, auto handler) {
    service_.on_message(std::string(type), [this, handler](store::Tx& tx, const Message& message) {
      return handler(parts_, tx, message);
    });
  };
  on(messages::kQuoteRedeem, on_quote_redeem);
  on(messages::kQuoteRelease, on_quote_release);
  on(messages::kChargeCreate, on_charge_create);
}

std::vector<http::Route> App::routes() {
  const auto route = [this](Method method, std::string pattern, std::set<std::string> roles, auto handler) {
    return http::Route{
        .method = method,
        .pattern = std::move(pattern),
        .roles = std::move(roles),
        .handler = [this, handler](const http::Request& request) { return handler(parts_, request); }};
  };
  const std::set<std::string> everyone = {"web_form", "reporter", "internal", "operator"};
  const std::set<std::string> not_reporters = {"web_form", "internal", "operator"};
  return {
      route(Method::kGet, "/v1/catalogue", everyone, get_catalogue),
      route(Method::kPost, "/v1/quotes", not_reporters, post_quote),
      route(Method::kGet, "/v1/quotes/{quote_id}", not_reporters, get_quote),
      route(Method::kGet, "/v1/charges", not_reporters, list_charges),
      route(Method::kGet, "/v1/charges/{charge_id}", not_reporters, get_charge),
  };
}

}  // namespace rescue::pricing
