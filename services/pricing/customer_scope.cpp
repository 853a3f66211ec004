#include "customer_scope.hpp"

namespace rescue::pricing {

Result<std::optional<std::string>> customer_scope(const http::Request& request) {
  if (request.caller->role != "web_form") return std::nullopt;
  const auto it = request.query.find("on_behalf_of");
  if (it != request.query.end() && !it->second.empty()) return it->second;
  return fail(ErrorCode::kInvalid, "missing-on-behalf-of",
              "the web form says for whom it asks: ?on_behalf_of=<customer number>");
}

}  // namespace rescue::pricing
