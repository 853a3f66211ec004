#include "rescue/catalog/contracts_file.hpp"

namespace rescue::catalog {

ContractsFile::ContractsFile(std::string path, FileStamp stamp, ContractDirectory directory)
    : path_(std::move(path)),
      stamp_(stamp),
      directory_(std::make_shared<const ContractDirectory>(std::move(directory))) {}

Result<std::unique_ptr<ContractsFile>> ContractsFile::open(std::string path) {
  // The stamp first: a change while it is read is seen at the next look.
  const auto stamp = stamp_of(path);
  RESCUE_ASSIGN(auto directory, ContractDirectory::load(path));
  return std::unique_ptr<ContractsFile>(new ContractsFile(std::move(path), stamp, std::move(directory)));
}

void ContractsFile::find(const ServerKey& key, Timestamp at, Found found) {
  std::shared_ptr<const ContractDirectory> directory;
  {
    const std::lock_guard lock(mutex_);
    directory = directory_;
  }
  found(directory->find(key, at));
}

Result<bool> ContractsFile::refresh() {
  const auto stamp = stamp_of(path_);
  {
    const std::lock_guard lock(mutex_);
    if (stamp == stamp_) {
      broken_.reset();
      return false;
    }
  }
  auto directory = ContractDirectory::load(path_);
  const std::lock_guard lock(mutex_);
  if (!directory) {
    broken_ = directory.error().detail;
    return fail(directory.error());
  }
  broken_.reset();
  stamp_ = stamp;
  directory_ = std::make_shared<const ContractDirectory>(*std::move(directory));
  return true;
}

std::optional<std::string> ContractsFile::broken() const {
  const std::lock_guard lock(mutex_);
  return broken_;
}

}  // namespace rescue::catalog
