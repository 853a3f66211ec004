#pragma once

#include "parts.hpp"

namespace rescue::intake {

/// POST /v1/reports: a notice that a server misbehaves. 202 as soon as it is committed here; the message to
/// workflow follows by the outbox, whatever else is down. The listener's thread does not wait for the commit.
void post_report(Parts& parts, const http::Request& request, const http::Answer& answer);

}  // namespace rescue::intake
