#include "postgres_backup.hpp"

#include <filesystem>

#include "connection_tx.hpp"
#include "postgres_connection.hpp"
#include "postgres_program.hpp"
#include "rescue/store/durable_file.hpp"

namespace rescue::store {

Result<std::unique_ptr<BackupSource>> PostgresBackupSource::open(const std::string& url) {
  RESCUE_ASSIGN(PostgresUrl parsed, PostgresUrl::parse(url));
  const auto server = std::make_shared<PostgresServer>(url);
  RESCUE_ASSIGN(auto lock, PostgresConnection::open(server, PostgresConnection::Use::kWrite));
  RESCUE_ASSIGN(auto reader, PostgresConnection::open(server, PostgresConnection::Use::kRead));
  // It keeps the snapshot while pg_dump works.
  RESCUE_TRY(reader->script("SET idle_in_transaction_session_timeout = 0"));
  return std::unique_ptr<BackupSource>(
      new PostgresBackupSource(std::move(parsed), std::move(lock), std::move(reader)));
}

Status PostgresBackupSource::hold_writers(std::chrono::steady_clock::time_point deadline) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
  const auto patience = std::max(left, milliseconds(1));
  RESCUE_TRY(lock_->script("SET lock_timeout = " + std::to_string(patience.count())));
  const Status held = lock_->begin();
  if (held) return {};
  Error error = held.error();
  error.detail = url_.name() + ": " + error.detail;
  return fail(std::move(error));
}

Status PostgresBackupSource::fix_moment() {
  if (reader_->in_transaction()) reader_->rollback();
  RESCUE_TRY(reader_->begin());
  RESCUE_ASSIGN(const auto rows, reader_->query("SELECT pg_export_snapshot()", {}));
  snapshot_ = rows.at(0).text(0);
  return {};
}

void PostgresBackupSource::let_writers_go() noexcept {
  if (lock_->in_transaction()) lock_->rollback();
}

Result<Contents> PostgresBackupSource::contents() {
  std::vector<std::function<void()>> none;
  ConnectionTx tx(*reader_, none);
  return read_contents(tx);
}

Status PostgresBackupSource::copy_to(const std::string& path) {
  // Made here for its mode; pg_dump writes into it.
  RESCUE_TRY(write_file(path, "", 0600));
  Status copied = run_postgres_program(
      "pg_dump", {"--format=custom", "--no-owner", "--no-privileges", "--no-password",
                  "--snapshot=" + snapshot_, "--file=" + path, "--dbname=" + url_.text()});
  if (copied) copied = sync_file(path);
  if (!copied) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  return copied;
}

Status verify_postgres_copy(const std::string& path) {
  // As SQL into nowhere: reads and unpacks all of it.
  const auto read = run_postgres_program("pg_restore", {"--file=/dev/null", path});
  if (read) return {};
  return fail(ErrorCode::kCorrupt, "bad-backup", path + ": " + read.error().detail);
}

}  // namespace rescue::store
