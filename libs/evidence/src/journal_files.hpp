#pragma once

#include <string_view>
#include <vector>

#include "rescue/evidence/log_files.hpp"

namespace rescue::evidence {

/// "system.journal", "user-1000@….journal", "system@….journal~" (set aside by journald because it was damaged
/// or not closed).
bool is_journal_name(std::string_view name);

/// Adds the systemd journals under /var/log/journal and /run/log/journal (systemd-journald.service(8)): of
/// each folder the system's, then the users', both by the time of their first entry.
/// A file with several names is read once.
void find_journals(const SafeRoot& root, std::vector<LogGroup>& groups, Gaps& gaps);

}  // namespace rescue::evidence
