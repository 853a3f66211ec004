#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "rescue/detect/rule.hpp"

namespace rescue::probe {

/// The shipped rules and a user's own: every *.json below `folder`. An error, of a rule too, names the file.
struct OwnRules {
  detect::RuleBook book;
  std::vector<std::string> ids;  ///< of the user's
};
Result<OwnRules> read_own_rules(const std::string& folder);

/// `rescue-probe check-rules DIR`: loads them and runs their examples. Gives the exit code.
int check_rules(const std::string& folder, std::ostream& out, std::ostream& err);

}  // namespace rescue::probe
