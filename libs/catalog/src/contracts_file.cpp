#include "rescue/catalog/contracts_file.hpp"

#include <sys/stat.h>

namespace rescue::catalog {

ContractsFile::ContractsFile(std::string path, Mark mark, ContractDirectory directory)
    : path_(std::move(path)),
      mark_(mark),
      directory_(std::make_shared<const ContractDirectory>(std::move(directory))) {}

ContractsFile::Mark ContractsFile::mark_of(const std::string& path) {
  struct stat found = {};
  if (stat(path.c_str(), &found) != 0) return {};
  return {static_cast<std::int64_t>(found.st_dev), static_cast<std::int64_t>(found.st_ino), found.st_size,
          found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec};
}

Result<std::unique_ptr<ContractsFile>> ContractsFile::open(std::string path) {
  // The mark first: a change while it is read is seen at the next look.
  const auto mark = mark_of(path);
  RESCUE_ASSIGN(auto directory, ContractDirectory::load(path));
  return std::unique_ptr<ContractsFile>(new ContractsFile(std::move(path), mark, std::move(directory)));
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
  const auto mark = mark_of(path_);
  {
    const std::lock_guard lock(mutex_);
    if (mark == mark_) return false;
  }
  RESCUE_ASSIGN(auto directory, ContractDirectory::load(path_));
  const std::lock_guard lock(mutex_);
  mark_ = mark;
  directory_ = std::make_shared<const ContractDirectory>(std::move(directory));
  return true;
}

}  // namespace rescue::catalog
