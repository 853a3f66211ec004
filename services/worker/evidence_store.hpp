#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rescue/base/result.hpp"

namespace rescue::worker {

/// Immutable files named by the SHA-256 of their content: <dir>/ab/cd/abcd…, mode 0400. What is in it is
/// either whole and durable or not there. Thread-safe; workers of different names may share it.
class EvidenceStore {
 public:
  /// Creates `dir` (mode 0700) and clears what an unfinished write of `worker` left; "": of any, when there
  /// is only one. kUnavailable when it cannot be used.
  static Result<std::unique_ptr<EvidenceStore>> open(std::string dir, const std::string& worker = "");

  /// Durable when it returns. The same content again changes nothing. kUnavailable (disk full, …).
  Result<std::string> put(std::string_view bytes);
  /// kNotFound ("evidence-not-found") for a name that is not there or is no SHA-256; kCorrupt
  /// ("evidence-corrupt") when the content is no longer what its name says: it is never served.
  Result<std::string> get(std::string_view sha256) const;
  /// Of all files in it, as far as they were there at the start or were put by this one.
  std::uint64_t total_bytes() const { return total_bytes_; }
  /// What keeps it from taking a file now, or nothing. After a failed writing it tries one of that size.
  std::optional<std::string> trouble() const;
  /// Writes `bytes` for a trial. kUnavailable (disk full, …), also to be seen in `trouble`.
  Status check_room(std::size_t bytes) const;

  /// A fresh private directory on the same file system, removed with all it holds when the object goes.
  class Scratch {
   public:
    explicit Scratch(std::string dir) : dir_(std::move(dir)) {}
    Scratch(Scratch&& other) noexcept : dir_(std::exchange(other.dir_, {})) {}
    Scratch& operator=(Scratch&&) = delete;
    ~Scratch();
    const std::string& dir() const { return dir_; }

   private:
    std::string dir_;
  };
  Result<Scratch> make_scratch() const;

 private:
  EvidenceStore(std::string dir, std::string scratch) : dir_(std::move(dir)), scratch_(std::move(scratch)) {}
  std::string path_of(std::string_view sha256) const;
  Status write_new(const std::string& path, std::string_view bytes);
  Status sync_folders(const std::string& path) const;

  std::string dir_;
  std::string scratch_;  ///< for what is unfinished
  std::atomic<std::uint64_t> total_bytes_{0};
  mutable std::atomic<std::size_t> room_wanted_{0};  ///< what could not be written; 0: all could
};

}  // namespace rescue::worker
