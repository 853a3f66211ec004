#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "rescue/fence/place.hpp"

namespace rescue::fence {

/// The record as a file below a mounted root: `.rescue-fence/lock`. No link is followed on the way to it, no
/// FIFO is waited for, nothing over 16 KiB is read. `alone` is a flock(2) on the folder: it holds between the
/// processes of all machines whose file system keeps such locks, and goes with the process that holds it.
class FolderPlace final : public Place {
 public:
  struct Options {
    std::chrono::milliseconds patience{5'000};  ///< how long `alone` waits for another one to come out
  };
  /// kUnavailable ("target-unavailable") when `root` is no folder that can be opened, or a link.
  static Result<std::unique_ptr<FolderPlace>> open(const std::string& root, Options options);
  static Result<std::unique_ptr<FolderPlace>> open(const std::string& root) { return open(root, Options{}); }
  ~FolderPlace() override;
  FolderPlace(const FolderPlace&) = delete;
  FolderPlace& operator=(const FolderPlace&) = delete;

  /// The root, for openat(2); it lives as long as the place.
  int root_fd() const { return root_; }

  Status alone(const std::function<Status()>& work) override;
  Result<std::optional<std::string>> read() override;
  Status write(std::string_view record) override;

 private:
  FolderPlace(int root, Options options) : root_(root), options_(options) {}
  int root_ = -1;
  int folder_ = -1;  ///< open while somebody is inside `alone`
  Options options_;
};

}  // namespace rescue::fence
