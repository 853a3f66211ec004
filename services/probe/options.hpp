#pragma once

#include <string>
#include <vector>

#include "rescue/base/result.hpp"
#include "rescue/detect/investigation.hpp"

namespace rescue::probe {

/// `rescue-probe investigate …` or `rescue-probe scan …` as given.
struct Options {
  std::string root;
  std::string out;
  std::string stats;  ///< empty: none
  detect::InvestigationOptions investigation;
};

/// From the arguments after "investigate" or "scan". kInvalid with a sentence for the user.
Result<Options> parse_options(const std::string& command, const std::vector<std::string>& arguments);

/// What --help prints.
const char* usage();

}  // namespace rescue::probe
