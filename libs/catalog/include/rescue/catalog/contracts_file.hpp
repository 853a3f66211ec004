#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "rescue/catalog/contracts.hpp"
#include "rescue/catalog/file_stamp.hpp"

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
  /// What is wrong with the file as it was read last: "contracts.json:14: /servers/0/contract: must be …".
  std::optional<std::string> broken() const;

 private:
  ContractsFile(std::string path, FileStamp stamp, ContractDirectory directory);

  const std::string path_;
  mutable std::mutex mutex_;
  FileStamp stamp_;  ///< of the version in force
  std::optional<std::string> broken_;
  std::shared_ptr<const ContractDirectory> directory_;
};

}  // namespace rescue::catalog
