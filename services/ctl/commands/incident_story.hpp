#pragma once

#include <string>

#include "rescue/base/json.hpp"

namespace rescue::ctl {

/// One incident in plain lines: what is known of it, then what happened, oldest first. Everything from the
/// service is escaped.
std::string incident_story(const Json& incident, const Json& history);

}  // namespace rescue::ctl
