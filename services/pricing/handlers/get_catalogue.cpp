#include "handlers/get_catalogue.hpp"

namespace rescue::pricing {

Result<http::Response> get_catalogue(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({"on_behalf_of"}));
  return http::Response::json(200, parts.catalogue.to_json());
}

}  // namespace rescue::pricing
