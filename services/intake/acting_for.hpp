#pragma once

#include <string>

#include "rescue/base/json.hpp"
#include "rescue/http/message.hpp"

namespace rescue::intake {

/// The customer whom the web form's back end acts for, and who there asked.
struct ActingFor {
  std::string customer;
  std::string person;
};

/// Reads an `on_behalf_of` object: {customer, person}.
Result<ActingFor> read_acting_for(JsonReader on_behalf_of);
/// The customer number in the query of a GET by the web form: `?on_behalf_of=C-1001`. kInvalid
/// ("missing-on-behalf-of").
Result<std::string> customer_in_query(const http::Request& request);

}  // namespace rescue::intake
