#pragma once

#include "rescue/store/backup.hpp"
#include "sqlite_connection.hpp"

namespace rescue::store {

/// Two connections beside the service's: one takes the write lock and gives it back, the other holds the
/// snapshot. The service's writer waits meanwhile in its busy time-out. Neither knows the owner lock, which
/// is between services.
class SqliteBackupSource final : public BackupSource {
 public:
  static Result<std::unique_ptr<BackupSource>> open(const std::string& path);
  Status hold_writers(std::chrono::steady_clock::time_point deadline) override;
  Status fix_moment() override;
  void let_writers_go() noexcept override;
  Result<Contents> contents() override;
  Status copy_to(const std::string& path) override;

 private:
  SqliteBackupSource(std::string path, std::unique_ptr<SqliteConnection> lock,
                     std::unique_ptr<SqliteConnection> reader)
      : path_(std::move(path)), lock_(std::move(lock)), reader_(std::move(reader)) {}

  std::string path_;
  std::unique_ptr<SqliteConnection> lock_;
  std::unique_ptr<SqliteConnection> reader_;
};

Status verify_sqlite_copy(const std::string& path, const Contents& expected);

}  // namespace rescue::store
