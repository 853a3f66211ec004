#pragma once

#include <string>

#include "rescue/recovery/step.hpp"

namespace rescue::recovery {

/// A file with other content; owner, mode and attributes stay.
FileChange changed(const std::string& path, const FileState& before, std::string bytes);
/// A file of root's that is new, for everybody to read.
FileChange created(const std::string& path, std::string bytes);

/// For the end of a step that closes a relay: a session goes on with the settings that it began with.
Action end_sessions_of_before();

}  // namespace rescue::recovery
