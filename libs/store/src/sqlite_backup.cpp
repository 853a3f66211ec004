#include "sqlite_backup.hpp"

#include <filesystem>
#include <thread>

#include "connection_tx.hpp"
#include "rescue/store/durable_file.hpp"

namespace rescue::store {
namespace {

namespace fs = std::filesystem;

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};

tl::unexpected<Error> copy_failed(const std::string& path, int code) {
  return fail(ErrorCode::kUnavailable, "backup-failed",
              "cannot copy into " + path + ": " + sqlite3_errstr(code));
}

/// SQLite's own copy (sqlite.org/c3ref/backup_finish.html); it reads within the transaction that `source` has
/// open. Journal and syncs of the new file are left out: it counts only when all of it is there.
Status copy_pages(sqlite3* source, const std::string& path) {
  sqlite3* raw = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, CloseDatabase> target(raw);
  if (opened != SQLITE_OK) return copy_failed(path, opened);
  sqlite3_exec(raw, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;", nullptr, nullptr, nullptr);
  sqlite3_backup* copy = sqlite3_backup_init(raw, "main", source, "main");
  if (copy == nullptr) return copy_failed(path, sqlite3_extended_errcode(raw));
  const int stepped = sqlite3_backup_step(copy, -1);
  const int finished = sqlite3_backup_finish(copy);
  if (stepped != SQLITE_DONE) return copy_failed(path, stepped);
  if (finished != SQLITE_OK) return copy_failed(path, finished);
  return {};
}

tl::unexpected<Error> bad(const std::string& path, const std::string& why) {
  return fail(ErrorCode::kCorrupt, "bad-backup", path + ": " + why);
}

Status check_integrity(SqliteConnection& copy, const std::string& path) {
  const auto rows = copy.query("PRAGMA integrity_check(5)", {});
  if (!rows) return bad(path, rows.error().detail);
  if (rows->size() == 1 && rows->front().text(0) == "ok") return {};
  return bad(path, rows->empty() ? "no answer" : rows->front().text(0));
}

}  // namespace

Result<std::unique_ptr<BackupSource>> SqliteBackupSource::open(const std::string& path) {
  RESCUE_ASSIGN(auto lock, SqliteConnection::open(path, SqliteConnection::Use::kWrite));
  RESCUE_ASSIGN(auto reader, SqliteConnection::open(path, SqliteConnection::Use::kRead));
  RESCUE_TRY(lock->script("PRAGMA busy_timeout=0"));
  return std::unique_ptr<BackupSource>(new SqliteBackupSource(path, std::move(lock), std::move(reader)));
}

Status SqliteBackupSource::hold_writers(std::chrono::steady_clock::time_point deadline) {
  while (true) {
    const Status held = lock_->begin();
    if (held || held.error().code != ErrorCode::kUnavailable) return held;
    if (std::chrono::steady_clock::now() >= deadline) {
      return fail(ErrorCode::kUnavailable, "database-unavailable", path_ + ": " + held.error().detail);
    }
    // No pause: a writer under load leaves the lock for some microseconds only.
    std::this_thread::yield();
  }
}

Status SqliteBackupSource::fix_moment() {
  if (reader_->in_transaction()) reader_->rollback();
  // The snapshot is taken by the first read.
  RESCUE_TRY(reader_->begin());
  return reader_->script("SELECT COUNT(*) FROM sqlite_schema");
}

void SqliteBackupSource::let_writers_go() noexcept {
  if (lock_->in_transaction()) lock_->rollback();
}

Result<Contents> SqliteBackupSource::contents() {
  std::vector<std::function<void()>> none;
  ConnectionTx tx(*reader_, none);
  return read_contents(tx);
}

Status SqliteBackupSource::copy_to(const std::string& path) {
  RESCUE_TRY(write_file(path, "", 0600));
  Status copied = copy_pages(reader_->handle(), path);
  if (copied) copied = sync_file(path);
  if (!copied) {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
  return copied;
}

Status verify_sqlite_copy(const std::string& path, const Contents& expected) {
  auto copy = SqliteConnection::open_unchanging(path);
  if (!copy) return bad(path, copy.error().detail);
  RESCUE_TRY(check_integrity(**copy, path));
  std::vector<std::function<void()>> none;
  ConnectionTx tx(**copy, none);
  const auto contents = read_contents(tx);
  if (!contents) return bad(path, contents.error().detail);
  if (*contents != expected) return bad(path, "holds something else than the manifest says");
  return {};
}

}  // namespace rescue::store
