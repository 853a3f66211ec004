#pragma once

#include "rescue/base/result.hpp"
#include "rescue/recovery/file_change.hpp"

namespace rescue::recovery {

/// What a file is to be once a change of it is undone: as it was, where nobody has changed it since; for a
/// change that is undone by the line, what is there now with our lines replaced by what stood there.
/// kConflict
/// ("changed-since") where neither is possible: says what to put back by hand, but of secrets.
Result<std::optional<FileState>> undone(const FileChange& change, const std::optional<FileState>& now);

tl::unexpected<Error> changed_since(const std::string& path);

}  // namespace rescue::recovery
