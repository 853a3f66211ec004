#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sqlite_connection.hpp"

namespace rescue::store {

/// Connections that can only read. As many as threads read at once; a few are kept for the next. Thread-safe.
class ReadPool {
 public:
  explicit ReadPool(std::string path) : path_(std::move(path)) {}
  /// Runs `work` on a snapshot. An exception leaves through here.
  Status run(const Database::Work& work);

 private:
  Result<std::unique_ptr<SqliteConnection>> take();
  void give_back(std::unique_ptr<SqliteConnection> connection);

  std::string path_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_;
};

}  // namespace rescue::store
