#pragma once

#include <string>
#include <vector>

namespace rescue::responder {

inline constexpr int kDone = 0, kFailed = 1, kWrongUsage = 2;

/// The program: requests on stdin, answers on stdout, one JSON object a line, until stdin ends or stays
/// silent. What was begun is brought to its end first, whatever happens to stdin, stdout and the terminal.
int run(const std::vector<std::string>& arguments);

}  // namespace rescue::responder
