#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "rescue/base/result.hpp"
#include "rescue/base/unique_fd.hpp"

namespace rescue::ctl {

/// Keeps other runs of this program from changing `path` meanwhile, by a lock file beside it.
class FileLock {
 public:
  /// Waits for the others. kInternal ("bad-key-file").
  static Result<FileLock> take(const std::string& path);

 private:
  explicit FileLock(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

/// Puts `bytes` in place of what stands in the file, in one step and durably: who reads it sees the old or
/// the new one. The owner and mode that the operators gave it stay; a new file has `mode_when_new`. kInternal
/// ("bad-key-file").
Status replace_file(const std::string& path, std::string_view bytes, mode_t mode_when_new);

}  // namespace rescue::ctl
