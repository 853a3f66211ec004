#include "handlers/get_sealing_key.hpp"

namespace rescue::intake {

Result<http::Response> get_sealing_key(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({}));
  const auto keys = parts.sealing.current();
  const auto* key = keys->current(parts.service.clock().now());
  if (key == nullptr) {
    return fail(ErrorCode::kNotFound, "sealing-key-missing",
                "access to running servers is not taken at present: there is no key to seal it to");
  }
  return http::Response::json(200, seal::to_json(*key));
}

}  // namespace rescue::intake
