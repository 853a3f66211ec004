#pragma once

#include "rescue/recovery/response_plan.hpp"

namespace rescue::recovery {

/// What runs here: {"mail": {"system", "version", "settings", "relay"}, "queue", "sessions", "answers"}. What
/// a hostile server says is bounded.
Json survey(const LiveServer& server);

/// Whether the ways are ended as far as this server itself can tell: {"ended", "open": [what a plan would
/// still do], "manual": […], "answers": the mail server greets}. A mail server that listens and does not
/// greet is not the end that was meant. The look from outside is somebody else's.
Json verify(const LiveServer& server, const std::vector<Way>& ways);

/// Files in a queue's folders, up to 1,000,000.
Json count_queue(const ServerFiles& files);

}  // namespace rescue::recovery
