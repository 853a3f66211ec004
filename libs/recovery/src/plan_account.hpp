#pragma once

#include "rescue/recovery/response_plan.hpp"

namespace rescue::recovery {

/// Shuts one abused account where its password is known from, as far as the mail servers ask there: the
/// system's, a file of Dovecot's or Exim's, sasldb. Where Dovecot has it from a data base, a list of users
/// whom it refuses comes before that. What else they ask is a person's. Ends its sessions.
void plan_account(const LiveServer& server, const Way& way, ResponsePlan& plan);

}  // namespace rescue::recovery
