#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "rescue/catalog/contracts.hpp"

namespace rescue::catalog {

/// The directory that stands in a file, read again when it has changed. Thread-safe.
class ContractsFile final : public Contracts {
 public:
  /// kInvalid names the file and the place in it.
  static Result<std::unique_ptr<ContractsFile>> open(std::string path);
  void find(const ServerKey& key, Timestamp at, Found found) override;
  /// Reads the file again when it is another than the one that was read last; true when what it says is in
  /// force from now on. A broken file leaves the last good one in force: kInvalid, each time until it is
  /// mended.
  Result<bool> refresh();

 private:
  /// What tells a file from the one that stood there before.
  struct Mark {
    std::int64_t device = -1, inode = -1, bytes = -1, changed_ns = -1;
    bool operator==(const Mark&) const = default;
  };
  static Mark mark_of(const std::string& path);
  ContractsFile(std::string path, Mark mark, ContractDirectory directory);

  const std::string path_;
  std::mutex mutex_;
  Mark mark_;  ///< of the version in force
  std::shared_ptr<const ContractDirectory> directory_;
};

}  // namespace rescue::catalog
