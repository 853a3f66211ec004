#pragma once

#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "rescue/evidence/log_files.hpp"

namespace rescue::evidence {

/// "system.journal", "user-1000@….journal", "system@….journal~" (set aside by journald because it was damaged
/// or not closed).
bool is_journal_name(std::string_view name);

/// Files, whatever name they go by: a thousand links to one journal cost no more than it.
class KnownJournals {
 public:
  /// False for one that was there already.
  bool add(const FileInfo& info) { return files_.emplace(info.inode, info.size, info.mtime).second; }

 private:
  std::set<std::tuple<std::uint64_t, std::uint64_t, Timestamp>> files_;
};

/// The journals among the files of one folder: first the system's, whose names begin so, then the users'.
/// What cannot be opened, or is no journal as it lies there, is a gap.
void add_journals(const SafeRoot& root, const std::string& folder, std::vector<std::string> names,
                  KnownJournals& known, std::vector<LogGroup>& groups, Gaps& gaps);

/// Adds the systemd journals under /var/log/journal and /run/log/journal (systemd-journald.service(8)): of
/// each folder the system's, then the users', both by the time of their first entry.
/// A file with several names is read once.
void find_journals(const SafeRoot& root, std::vector<LogGroup>& groups, Gaps& gaps);

}  // namespace rescue::evidence
