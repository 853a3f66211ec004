#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace rescue::ctl {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// rescuectl: `arguments` without the program's name. Returns the exit code: 0 done; 1 refused or out of
/// reach; 2 wrongly called.
int run_program(const std::vector<std::string>& arguments, const Environment& environment, std::ostream& out,
                std::ostream& err);

}  // namespace rescue::ctl
