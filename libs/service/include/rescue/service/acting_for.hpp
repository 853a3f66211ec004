#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rescue/base/json.hpp"
#include "rescue/http/message.hpp"

namespace rescue::service {

/// The customer whom the web form's back end acts for, and who there asked.
struct ActingFor {
  std::string customer;
  std::string person;
};

/// Reads the `on_behalf_of` of a body, {customer, person}: the role web_form must give it, no other may. Its
/// absence or presence is a fault of `in` ("missing-on-behalf-of", "on-behalf-of-not-allowed"); an error
/// names a member of it.
Result<std::optional<ActingFor>> read_acting_for(JsonReader& in, std::string_view role);

/// Whose things a GET may show: the customer that the web form acts for (`?on_behalf_of=C-1001`, kInvalid
/// "missing-on-behalf-of" when it does not say), or nothing: everyone's, for staff and internal callers, who
/// may not say it (kInvalid "bad-query").
Result<std::optional<std::string>> customer_scope(const http::Request& request);

}  // namespace rescue::service
