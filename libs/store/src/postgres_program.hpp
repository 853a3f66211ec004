#pragma once

#include <string>
#include <vector>

#include "rescue/base/result.hpp"

namespace rescue::store {

/// Runs one of PostgreSQL's client programs ("pg_dump", found in PATH) to its end. kUnavailable
/// ("backup-failed") with the last of what it said when it is not installed or did not end well.
Status run_postgres_program(const std::string& name, std::vector<std::string> arguments);

}  // namespace rescue::store
