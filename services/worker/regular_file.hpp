#pragma once

#include <string>

#include "rescue/base/result.hpp"
#include "rescue/base/unique_fd.hpp"

namespace rescue::worker {

/// "<operation> <path>: <the system's words for errno>"
std::string system_text(const std::string& operation, const std::string& path, int error);

/// The whole of a regular file, at most `bytes_max`: kNotFound, kTooLarge, kCorrupt (no regular file),
/// kUnavailable (any other failure). Follows no symlink in the last component, never blocks on a FIFO.
Result<std::string> read_regular_file(const std::string& path, std::uint64_t bytes_max);

}  // namespace rescue::worker
