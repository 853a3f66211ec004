#pragma once

#include <string_view>

#include "rescue/evidence/event.hpp"

namespace rescue::evidence {

/// What follows the date in a line of dpkg.log, dnf.rpm.log, dnf.log or zypp's history. False when it tells
/// of no change of packages. Views into `text`.
bool parse_package_line(std::string_view text, Event& event);

}  // namespace rescue::evidence
