#pragma once

#include "commit_queue.hpp"
#include "owner_lock.hpp"
#include "read_pool.hpp"

namespace rescue::store {

/// Where a database lies. A private one is removed with the object.
class DatabaseFile {
 public:
  static Result<DatabaseFile> at(const std::string& path);
  static Result<DatabaseFile> private_one();
  ~DatabaseFile();
  DatabaseFile(DatabaseFile&& other) noexcept;
  DatabaseFile& operator=(DatabaseFile&&) = delete;
  const std::string& path() const { return path_; }
  bool is_private() const { return !directory_.empty(); }

 private:
  DatabaseFile(std::string path, std::string directory)
      : path_(std::move(path)), directory_(std::move(directory)) {}
  std::string path_;
  std::string directory_;  ///< what to remove; "" when nothing
};

class SqliteDatabase final : public Database {
 public:
  static Result<std::unique_ptr<Database>> open(const std::string& path,
                                                std::span<const EmbeddedFile> migrations);
  Status write_status(const Work& work) override;
  std::vector<Status> write_each(std::span<const Work> works) override;
  Status read_status(const Work& work) override;

 private:
  SqliteDatabase(DatabaseFile file, OwnerLock lock, std::unique_ptr<SqliteConnection> writer);

  // Destroyed from the last to the first: the readers' connections, the writer's, the lock, a private file.
  DatabaseFile file_;
  OwnerLock lock_;
  CommitQueue writer_;
  ReadPool readers_;
};

}  // namespace rescue::store
