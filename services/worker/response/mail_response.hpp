#pragma once

#include "guarded_server.hpp"

namespace rescue::worker {

/// What was done about the abuse of a server's mail: the document's part `response`
/// (api/schemas/investigation.schema.json).
///
/// Plans, does each step under the guard, plans again until nothing is left that can be done, and asks the
/// server whether the ways are ended. Each step's record goes to the evidence store. A step that the server
/// refuses, or whose file somebody has changed, is left and told; what says that this attempt may not go on
/// (fenced-off, the link is lost, the job was cancelled) is the error. What an earlier attempt did is found
/// done.
Result<Json> respond_to_mail_abuse(const JobContext& context, GuardedServer& server, const Json& ways);

/// It answered a stranger before, and nobody answers any more: that it is closed was not seen from outside.
bool relay_is_out_of_sight(const Json& response);

/// "full": all is ended, as far as can be seen, and nothing is left for a person. "partial": something was
/// done, or is, and something is left. "failed": nothing was done and the abuse goes on.
std::string_view response_outcome(const Json& response);

}  // namespace rescue::worker
