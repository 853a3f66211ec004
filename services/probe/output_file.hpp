#pragma once

#include <string>
#include <string_view>

#include "rescue/base/json.hpp"
#include "rescue/base/result.hpp"
#include "rescue/base/unique_fd.hpp"

namespace rescue::probe {

/// A result that is written beside its place and put there whole, so that a reader sees all or nothing; into
/// a device or a pipe it is written at once, and the device stays what it is. It is open before the process
/// that fills it loses the right to open anything.
class OutputFile {
 public:
  /// kUnavailable ("unwritable-file").
  static Result<OutputFile> open(const std::string& path);
  /// Indented JSON with sorted keys.
  Status write(const Json& json);
  Status write_text(std::string_view text);
  /// Renames it to its place.
  Status put_in_place();
  int fd() const { return fd_.get(); }
  /// Empties it. For a process that may still do so.
  Status empty();

 private:
  OutputFile(std::string path, UniqueFd fd, bool beside)
      : path_(std::move(path)), fd_(std::move(fd)), beside_(beside) {}
  std::string path_;
  UniqueFd fd_;
  bool beside_;  ///< it lies beside its place still
};

}  // namespace rescue::probe
