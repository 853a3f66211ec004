#pragma once

#include <string>

#include "rescue/recovery/file_change.hpp"

namespace rescue::recovery {

/// A file with other content; owner, mode and attributes stay.
FileChange changed(const std::string& path, const FileState& before, std::string bytes);
/// A file of root's that is new, for everybody to read.
FileChange created(const std::string& path, std::string bytes);

}  // namespace rescue::recovery
