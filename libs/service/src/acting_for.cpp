#include "rescue/service/acting_for.hpp"

namespace rescue::service {
namespace {

constexpr std::string_view kActsForCustomers = "web_form";

}  // namespace

Result<std::optional<ActingFor>> read_acting_for(JsonReader& in, std::string_view role) {
  auto given = in.optional_object("on_behalf_of");
  if (role != kActsForCustomers) {
    if (given) {
      in.fault("on_behalf_of", "on-behalf-of-not-allowed",
               "only the web form acts for a customer; leave it out");
    }
    return std::nullopt;
  }
  if (!given) {
    in.fault("on_behalf_of", "missing-on-behalf-of", "say for which customer and person you act");
    return std::nullopt;
  }
  ActingFor out;
  out.customer = given->text("customer", {.max_bytes = 64});
  out.person = given->text("person", {.max_bytes = 200});
  RESCUE_TRY(given->done());
  return out;
}

Result<std::optional<std::string>> customer_scope(const http::Request& request) {
  const auto it = request.query.find("on_behalf_of");
  if (request.caller->role != kActsForCustomers) {
    if (it == request.query.end()) return std::nullopt;
    return fail(ErrorCode::kInvalid, "bad-query", "on_behalf_of is for the web form only");
  }
  if (it != request.query.end() && !it->second.empty()) return it->second;
  return fail(ErrorCode::kInvalid, "missing-on-behalf-of",
              "the web form says for whom it asks: ?on_behalf_of=<customer number>");
}

}  // namespace rescue::service
