#pragma once

#include "owner_lock.hpp"
#include "rescue/store/restore.hpp"

namespace rescue::store {

/// kUnavailable ("restore-unfinished") when a restore into this database began and did not end.
Status refuse_unfinished_restore(const std::string& database_path);

/// Files beside the database: "<file>.restored" is prepared, "<file>.restoring" keeps services away while
/// files change places, "<file>.before-restore-<mark>" is what was there.
class SqliteRestoreTarget final : public RestoreTarget {
 public:
  static Result<std::unique_ptr<RestoreTarget>> open(const std::string& path);
  ~SqliteRestoreTarget() override;
  Result<bool> occupied() override;
  Status prepare(const std::string& copy, const Database::Work& last) override;
  Status announce() override;
  Status withdraw() override;
  Result<std::string> switch_over(const std::string& mark) override;
  Status finish() override;

 private:
  SqliteRestoreTarget(std::string path, OwnerLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string prepared() const { return path_ + ".restored"; }
  std::string marker() const { return path_ + ".restoring"; }

  std::string path_;
  OwnerLock lock_;
  bool was_marked_ = false;  ///< by a restore that did not end
};

}  // namespace rescue::store
