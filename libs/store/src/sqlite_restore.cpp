#include "sqlite_restore.hpp"

#include <filesystem>

#include "rescue/store/durable_file.hpp"
#include "restore_work.hpp"
#include "sqlite_connection.hpp"

namespace rescue::store {
namespace {

namespace fs = std::filesystem;

/// A database file and what SQLite keeps beside it; the log first, so that it never meets another database.
constexpr const char* kParts[] = {"-wal", "-shm", "-journal", ""};

void remove_database(const std::string& path) {
  std::error_code ignored;
  for (const auto* part : kParts) fs::remove(path + part, ignored);
}

/// Takes the log into the file, so that the file alone is the database.
Status fold_log(SqliteConnection& connection) {
  return connection.script("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace

Status refuse_unfinished_restore(const std::string& database_path) {
  std::error_code ignored;
  if (!fs::exists(database_path + ".restoring", ignored)) return {};
  return fail(ErrorCode::kUnavailable, "restore-unfinished",
              "a restore into " + database_path + " began and did not end: run `rescuectl restore` again");
}

Result<std::unique_ptr<RestoreTarget>> SqliteRestoreTarget::open(const std::string& path) {
  RESCUE_TRY(make_directories(fs::path(path).parent_path()));
  RESCUE_ASSIGN(OwnerLock lock, OwnerLock::take(path));
  RESCUE_TRY(give_to_owner_of_directory(path + ".lock"));
  return std::unique_ptr<RestoreTarget>(new SqliteRestoreTarget(path, std::move(lock)));
}

SqliteRestoreTarget::~SqliteRestoreTarget() {
  remove_database(prepared());
}

Result<bool> SqliteRestoreTarget::occupied() {
  std::error_code error;
  for (const auto* part : kParts) {
    if (fs::exists(path_ + part, error)) return true;
    if (error) return fail(ErrorCode::kUnavailable, "file-unavailable", path_ + ": " + error.message());
  }
  return false;
}

Status SqliteRestoreTarget::prepare(const std::string& copy, const Database::Work& last) {
  remove_database(prepared());
  RESCUE_TRY(copy_file(copy, prepared(), 0600));
  {
    RESCUE_ASSIGN(auto connection, SqliteConnection::open(prepared(), SqliteConnection::Use::kWrite));
    RESCUE_TRY(finish_copy(*connection, last));
    RESCUE_TRY(fold_log(*connection));
  }
  RESCUE_TRY(sync_file(prepared()));
  return give_to_owner_of_directory(prepared());
}

Status SqliteRestoreTarget::announce() {
  std::error_code ignored;
  was_marked_ = fs::exists(marker(), ignored);
  if (was_marked_) return {};
  RESCUE_TRY(write_file(marker(), "", 0600));
  return sync_directory(fs::path(path_).parent_path());
}

Result<std::string> SqliteRestoreTarget::switch_over(const std::string& mark) {
  RESCUE_ASSIGN(const bool was_there, occupied());
  const std::string aside = path_ + ".before-restore-" + mark;
  std::error_code ignored;
  if (fs::exists(aside, ignored)) {
    return fail(ErrorCode::kConflict, "file-unavailable", aside + " is there already");
  }
  // As it is, with its log: SQLite would throw the log of a damaged database away on opening it.
  for (const auto* part : kParts) {
    if (fs::exists(path_ + part, ignored)) RESCUE_TRY(rename_file(path_ + part, aside + part));
  }
  RESCUE_TRY(rename_file(prepared(), path_));
  return was_there ? aside : std::string();
}

Status SqliteRestoreTarget::withdraw() {
  return was_marked_ ? Status() : finish();
}

Status SqliteRestoreTarget::finish() {
  std::error_code error;
  fs::remove(marker(), error);
  if (error) return fail(ErrorCode::kUnavailable, "file-unavailable", marker() + ": " + error.message());
  return sync_directory(fs::path(path_).parent_path());
}

}  // namespace rescue::store
