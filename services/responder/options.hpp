#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "rescue/base/result.hpp"

namespace rescue::responder {

struct Options {
  std::string root = "/";  ///< another one for trials only
  std::chrono::seconds silence_max{300};
  bool help = false;
};

/// kInvalid with a sentence for the user.
Result<Options> parse_options(const std::vector<std::string>& arguments);
/// What --help prints: the protocol.
const char* usage();

}  // namespace rescue::responder
