#pragma once

#include "rescue/recovery/response_plan.hpp"

namespace rescue::recovery {

/// Stops a script's mailing. One that lies where no program belongs (uploads, caches, temporary folders) is
/// taken away and kept in the step's record; of one that is part of an application only the sending is
/// stopped, as narrowly as the web server's settings allow. A user's own processes are kept from handing mail
/// in. A log that users of the server can write may name any file: what is not plainly a program below a
/// served folder, without a link on the way, is a person's, and what is root's is not taken away.
void plan_script(const LiveServer& server, const Way& way, ResponsePlan& plan);

}  // namespace rescue::recovery
