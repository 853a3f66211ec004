#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// One file after the other, each read once for all who look at it: its beginning stays in memory, the rest
/// goes by. One thread at a time; the memory is used again for the next file.
class FileBytes {
 public:
  explicit FileBytes(const SafeRoot& root);
  /// Takes up the next file; errors as SafeRoot::open_file.
  Status open(const std::string& path, SafeRoot::LastLink last = SafeRoot::LastLink::kFollow);
  /// Its first bytes, `most` or all that there are. Valid until beginning() or open() is called again.
  Result<std::string_view> beginning(std::size_t most);
  /// All of it from the first byte on, a piece at a time; each dies with the call. What beginning() has read
  /// is not read again. False when `take` did not want to go on.
  Result<bool> go_over(const std::function<bool(std::string_view piece)>& take);

  /// The file that was opened last, and when it was opened.
  const OpenFile& file() const { return *file_; }
  const FileInfo& info() const { return file_->info(); }
  std::uint64_t bytes_read() const { return bytes_read_; }  ///< of all files so far

 private:
  const SafeRoot& root_;
  std::optional<OpenFile> file_;
  std::vector<char> kept_, piece_;
  std::size_t have_ = 0;  // of kept_
  std::uint64_t bytes_read_ = 0;
};

}  // namespace rescue::evidence
