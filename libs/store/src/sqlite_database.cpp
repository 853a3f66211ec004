#include "sqlite_database.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "migration.hpp"
#include "sqlite_restore.hpp"

// Made by rescue_embed() from migrations/.
extern const std::span<const rescue::EmbeddedFile> rescue_store_migrations;

namespace rescue::store {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> cannot(const std::string& path, int error) {
  return fail(ErrorCode::kUnavailable, "database-unavailable", path + ": " + std::strerror(error));
}

/// Creates the file for its owner only (SQLite would follow the umask; its -wal and -shm take over the mode)
/// and makes its name durable.
Status create_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return cannot(path, errno);
  ::close(file);
  const std::string parent = fs::path(path).parent_path();
  const int directory = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return cannot(parent, errno);
  const int synced = ::fsync(directory);
  const int error = errno;
  ::close(directory);
  if (synced != 0) return cannot(parent, error);
  return {};
}

constexpr std::string_view kScheme = "sqlite://";
constexpr std::string_view kPrivate = ":memory:";

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::string& url,
                                                 std::span<const EmbeddedFile> migrations) {
  const std::string path = url.starts_with(kScheme) ? url.substr(kScheme.size()) : "";
  if (path != kPrivate && !path.starts_with('/')) {
    return fail(ErrorCode::kInvalid, "bad-database-url",
                "must be sqlite:///absolute/path.db or sqlite://:memory:");
  }
  return SqliteDatabase::open(path, migrations);
}

Result<DatabaseFile> DatabaseFile::at(const std::string& path) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  if (error) return cannot(path, error.value());
  return DatabaseFile(path, "");
}

Result<DatabaseFile> DatabaseFile::private_one() {
  std::string directory = fs::temp_directory_path() / "rescue-store-XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) return cannot(directory, errno);
  return DatabaseFile(directory + "/private.db", directory);
}

DatabaseFile::DatabaseFile(DatabaseFile&& other) noexcept
    : path_(std::move(other.path_)), directory_(std::exchange(other.directory_, "")) {}

DatabaseFile::~DatabaseFile() {
  if (directory_.empty()) return;
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

Result<std::unique_ptr<Database>> SqliteDatabase::open(const std::string& path,
                                                       std::span<const EmbeddedFile> migrations) {
  RESCUE_ASSIGN(DatabaseFile file, path == kPrivate ? DatabaseFile::private_one() : DatabaseFile::at(path));
  RESCUE_ASSIGN(OwnerLock lock, OwnerLock::take(file.path()));
  RESCUE_TRY(refuse_unfinished_restore(file.path()));
  RESCUE_TRY(create_file(file.path()));
  RESCUE_ASSIGN(auto writer, SqliteConnection::open(file.path(), SqliteConnection::Use::kWrite));
  if (file.is_private()) RESCUE_TRY(writer->script("PRAGMA synchronous=OFF"));
  RESCUE_TRY(migrate(*writer, "store", rescue_store_migrations));
  RESCUE_TRY(migrate(*writer, "service", migrations));
  return std::unique_ptr<Database>(new SqliteDatabase(std::move(file), std::move(lock), std::move(writer)));
}

SqliteDatabase::SqliteDatabase(DatabaseFile file, OwnerLock lock, std::unique_ptr<SqliteConnection> writer)
    : file_(std::move(file)), lock_(std::move(lock)), writer_(std::move(writer)), readers_(file_.path()) {}

Status SqliteDatabase::write_status(const Work& work) {
  auto outcomes = writer_.run({&work, 1});
  if (outcomes.front().thrown) std::rethrow_exception(outcomes.front().thrown);
  return std::move(outcomes.front().status);
}

std::vector<Status> SqliteDatabase::write_each(std::span<const Work> works) {
  std::vector<Status> out;
  if (works.empty()) return out;
  for (auto& outcome : writer_.run(works)) out.push_back(std::move(outcome.status));
  return out;
}

Status SqliteDatabase::read_status(const Work& work) {
  return readers_.run(work);
}

}  // namespace rescue::store
