#pragma once

#include "rescue/base/json.hpp"

namespace rescue::worker {

/// The ways in which mail was abused, out of the probe's document (api/schemas/investigation.schema.json).
struct MailWays {
  /// As rescue-responder takes them: [{"way", "account"?, "script"?, "addresses"?}], each once, at most 50.
  Json ways = Json::array();
  /// The same of findings that may rest on made-up lines of a log: a person's, nothing is done for them.
  Json doubtful = Json::array();
  /// Those beyond, and what a hostile disk put into names that the responder would refuse.
  std::size_t odd = 0;
};
MailWays mail_ways(const Json& document);

/// Puts what nothing is done for into a document's `odd_names` and `doubtful`, and among its list `manual`,
/// for a person.
void tell_left_out(const MailWays& found, Json& document);

}  // namespace rescue::worker
