#pragma once

#include "connection.hpp"
#include "postgres_url.hpp"
#include "rescue/store/backup.hpp"

namespace rescue::store {

/// One connection takes its turn to write and gives it back, as every commit of every replica does; the other
/// exports the snapshot that pg_dump then reads.
class PostgresBackupSource final : public BackupSource {
 public:
  static Result<std::unique_ptr<BackupSource>> open(const std::string& url);
  Status hold_writers(std::chrono::steady_clock::time_point deadline) override;
  Status fix_moment() override;
  void let_writers_go() noexcept override;
  Result<Contents> contents() override;
  Status copy_to(const std::string& path) override;

 private:
  PostgresBackupSource(PostgresUrl url, std::unique_ptr<Connection> lock, std::unique_ptr<Connection> reader)
      : url_(std::move(url)), lock_(std::move(lock)), reader_(std::move(reader)) {}

  PostgresUrl url_;
  std::unique_ptr<Connection> lock_;
  std::unique_ptr<Connection> reader_;
  std::string snapshot_;
};

Status verify_postgres_copy(const std::string& path);

}  // namespace rescue::store
