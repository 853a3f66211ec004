#include "sqlite_database.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "owner_lock.hpp"
#include "queued_database.hpp"
#include "sqlite_connection.hpp"
#include "sqlite_restore.hpp"

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

/// Where a database lies. A private one is removed with the object.
class DatabaseFile {
 public:
  static Result<DatabaseFile> at(const std::string& path);
  static Result<DatabaseFile> private_one();
  ~DatabaseFile();
  DatabaseFile(DatabaseFile&& other) noexcept
      : path_(std::move(other.path_)), directory_(std::exchange(other.directory_, "")) {}
  DatabaseFile& operator=(DatabaseFile&&) = delete;
  const std::string& path() const { return path_; }
  bool is_private() const { return !directory_.empty(); }

 private:
  DatabaseFile(std::string path, std::string directory)
      : path_(std::move(path)), directory_(std::move(directory)) {}
  std::string path_;
  std::string directory_;  ///< what to remove; "" when nothing
};

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

DatabaseFile::~DatabaseFile() {
  if (directory_.empty()) return;
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

/// What a database that is open holds beside its connections. The lock goes first.
struct Held {
  DatabaseFile file;
  OwnerLock lock;
};

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const std::string& path,
                                              std::span<const EmbeddedFile> migrations, Writing writing) {
  RESCUE_ASSIGN(DatabaseFile file,
                path == kPrivatePath ? DatabaseFile::private_one() : DatabaseFile::at(path));
  RESCUE_ASSIGN(OwnerLock lock, OwnerLock::take(file.path()));
  RESCUE_TRY(refuse_unfinished_restore(file.path()));
  RESCUE_TRY(create_file(file.path()));
  RESCUE_ASSIGN(auto writer, SqliteConnection::open(file.path(), SqliteConnection::Use::kWrite));
  const bool is_volatile = file.is_private() || writing == Writing::kVolatileInCaller;
  if (is_volatile) RESCUE_TRY(writer->script("PRAGMA synchronous=OFF"));
  // One connection only: no locks, and what it has read stays in its memory.
  if (writing == Writing::kVolatileInCaller) RESCUE_TRY(writer->script("PRAGMA locking_mode=EXCLUSIVE"));
  RESCUE_TRY(migrate_all(*writer, migrations));
  QueuedDatabase::Parts parts;
  parts.open_reader = [where = file.path()] {
    return SqliteConnection::open(where, SqliteConnection::Use::kRead);
  };
  parts.readers_max = SIZE_MAX;
  if (writing == Writing::kVolatileInCaller) parts.writes_in = CommitQueue::Thread::kCallers;
  parts.writer = std::move(writer);
  parts.keeps = std::make_shared<Held>(Held{std::move(file), std::move(lock)});
  return std::make_unique<QueuedDatabase>(std::move(parts));
}

}  // namespace rescue::store
