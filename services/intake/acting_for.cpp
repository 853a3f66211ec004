#include "acting_for.hpp"

namespace rescue::intake {

Result<ActingFor> read_acting_for(JsonReader on_behalf_of) {
  ActingFor out;
  out.customer = on_behalf_of.text("customer", {.max_bytes = 64});
  out.person = on_behalf_of.text("person", {.max_bytes = 200});
  RESCUE_TRY(on_behalf_of.done());
  return out;
}

Result<std::string> customer_in_query(const http::Request& request) {
  const auto it = request.query.find("on_behalf_of");
  if (it != request.query.end() && !it->second.empty()) return it->second;
  return fail(ErrorCode::kInvalid, "missing-on-behalf-of",
              "the web form says for whom it asks: ?on_behalf_of=<customer number>");
}

}  // namespace rescue::intake
