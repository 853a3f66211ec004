#pragma once

#include <sqlite3.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rescue/store/database.hpp"

namespace rescue::store {

/// One SQLite handle with its prepared statements. One thread at a time.
class SqliteConnection {
 public:
  enum class Use { kWrite, kRead };
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Use use);
  /// For reading a file that nobody writes, its log included: no lock is taken, nothing is made beside it.
  static Result<std::unique_ptr<SqliteConnection>> open_unchanging(const std::string& path);

  Result<std::vector<Row>> query(std::string_view sql, std::initializer_list<Value> params);
  Result<std::int64_t> execute(std::string_view sql, std::initializer_list<Value> params);
  /// Statements without parameters or results: BEGIN, PRAGMA, a migration file.
  Status script(const std::string& sql);
  /// False when SQLite has rolled the open transaction back on its own (disk full, I/O error).
  bool in_transaction() const;
  /// The disk error or damage met since the last `clear_fault`. A transaction that saw one must not be
  /// committed.
  const std::optional<Error>& fault() const { return fault_; }
  void clear_fault() { fault_.reset(); }
  /// Borrowed, for what SQLite does with whole databases.
  sqlite3* handle() const { return db_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  explicit SqliteConnection(sqlite3* db) : db_(db) {}
  static Result<std::unique_ptr<SqliteConnection>> open_with(const std::string& name, int flags);
  Result<sqlite3_stmt*> prepare(std::string_view sql);
  Status bind(sqlite3_stmt* statement, std::initializer_list<Value> params);
  /// The error that SQLite reported last, kept as `fault` when it is one of the disk.
  tl::unexpected<Error> failure();

  std::unique_ptr<sqlite3, Close> db_;
  std::unordered_map<std::string, Statement> statements_;
  std::optional<Error> fault_;
};

}  // namespace rescue::store
