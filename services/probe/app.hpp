#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace rescue::probe {

/// Exit codes. The verdict is in the document, not in the code.
constexpr int kDone = 0;
constexpr int kFailed = 1;  ///< root or output unusable
constexpr int kUsage = 2;

/// The program: `arguments` without its own name.
int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace rescue::probe
