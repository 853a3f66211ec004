#pragma once

#include "rescue/detect/rule.hpp"

namespace rescue::detect {

/// Whether `rule`, the only one of `alone`, has a match that is judged by data alone: conditions about a
/// shell command (cron, commands), what reaches what in web code (webshell), or places in which things start.
/// kInvalid says what would be right.
Status check_own_rule(const RuleBook& alone, const Rule& rule);

}  // namespace rescue::detect
