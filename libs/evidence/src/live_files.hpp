#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/unique_fd.hpp"
#include "rescue/evidence/live_take.hpp"

namespace rescue::evidence {

/// Bounded reading below the root of a running server. What is there may vanish between two calls: that is
/// no fault.
class LiveFiles {
 public:
  LiveFiles(const LiveTaking& how, UniqueFd root);

  struct Text {
    std::string bytes;
    bool cut = false;
  };
  std::optional<Text> read(const std::string& path, std::size_t bytes_max);
  std::optional<std::string> link(const std::string& path);
  /// At most so many names, in the order of the kernel.
  std::vector<std::string> names(const std::string& path, std::size_t names_max);
  std::vector<std::int32_t> numbers(const std::string& path, std::size_t numbers_max);
  bool exists(const std::string& path);
  /// "device:inode" of what the path leads to.
  std::string identity(const std::string& path);
  /// SHA-256 of a program's file, of at most 64 MiB; empty otherwise.
  std::string hash(const std::string& path);

  bool time_is_up() const { return std::chrono::steady_clock::now() >= until_; }
  /// The kernel refused to show something since the last call.
  bool was_refused() { return std::exchange(refused_, false); }

 private:
  /// Follows no link at the end of the path, and never waits.
  UniqueFd open(const std::string& path, int flags);
  bool may_touch(const std::string& path);

  const LiveTaking& how_;
  UniqueFd root_;
  std::chrono::steady_clock::time_point until_;
  bool refused_ = false;
};

}  // namespace rescue::evidence
