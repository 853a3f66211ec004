#pragma once

#include "rescue/recovery/response_plan.hpp"

namespace rescue::recovery {

/// Shuts one abused account where its password is known from: the system's, a file of Dovecot's, sasldb.
/// Where Dovecot has it from a data base, a list of users whom it refuses comes before that. Ends its
/// sessions.
void plan_account(const LiveServer& server, const Way& way, ResponsePlan& plan);

}  // namespace rescue::recovery
