#include "handlers/get_catalogue.hpp"

#include "rescue/catalog/catalogue.hpp"

namespace rescue::pricing {

Result<http::Response> get_catalogue(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({"on_behalf_of"}));
  RESCUE_ASSIGN(const auto catalogue,
                catalog::Catalogue::at(parts.annexes.current(), parts.service.clock().now()));
  RESCUE_ASSIGN(const auto shown, catalogue.to_json());
  return http::Response::json(200, shown);
}

Result<http::Response> get_supported_systems(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({"on_behalf_of"}));
  RESCUE_ASSIGN(const auto catalogue,
                catalog::Catalogue::at(parts.annexes.current(), parts.service.clock().now()));
  return http::Response::json(200, catalogue.systems_json());
}

}  // namespace rescue::pricing
