#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "rescue/base/json.hpp"

namespace rescue::recovery {

/// A regular file as it stands: everything that an undo puts back.
struct FileState {
  std::string bytes;
  mode_t mode = 0600;  ///< permission bits
  uid_t uid = 0;
  gid_t gid = 0;
  std::int64_t mtime_ns = 0;  ///< since the epoch; 0 where it is to be the time of writing
  std::map<std::string, std::string> attributes = {};  ///< xattr(7): SELinux' label, POSIX' list of rights
};

/// Same content, mode and owner. Times do not count: whoever saves a file unchanged has not changed it.
bool same(const std::optional<FileState>& a, const std::optional<FileState>& b);

/// What one step makes of one file. `before` is absent where the file is new, `after` where it is taken away.
struct FileChange {
  std::string path;  ///< as the server sees it, without links on the way
  std::optional<FileState> before = {};
  std::optional<FileState> after = {};
  bool secret = false;  ///< holds passwords: its content leaves the server in no evidence
  /// Undone by the line: what else was changed in the file since stays, an account's line goes back.
  bool by_line = false;
  /// An undo leaves it as it is while this list of ours has lines left: other steps need it.
  std::string kept_while = {};
};

/// For a plan: the hashes, and the lines that go ('-') and come ('+') where it holds no secret. Bounded.
Json describe(const FileChange& change);

/// With the content in base 64, for the book of steps; back again.
Json to_json(const FileChange& change);
/// kCorrupt ("record-damaged").
Result<FileChange> file_change_from(const Json& json);

}  // namespace rescue::recovery
