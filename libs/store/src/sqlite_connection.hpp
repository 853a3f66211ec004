#pragma once

#include <sqlite3.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connection.hpp"

namespace rescue::store {

/// One SQLite handle with its prepared statements.
class SqliteConnection final : public Connection {
 public:
  enum class Use { kWrite, kRead };
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Use use);

  Result<std::vector<Row>> query(std::string_view sql, std::initializer_list<Value> params) override;
  Result<std::int64_t> execute(std::string_view sql, std::initializer_list<Value> params) override;
  Status script(const std::string& sql) override;
  Status begin() override;
  Status commit() override { return run("COMMIT"); }
  void rollback() override { (void)run("ROLLBACK"); }
  Status savepoint(const std::string& name) override { return run("SAVEPOINT " + name); }
  Status release(const std::string& name) override { return run("RELEASE " + name); }
  Status rollback_to(const std::string& name) override;
  bool in_transaction() const override;

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  SqliteConnection(sqlite3* db, Use use) : db_(db), use_(use) {}
  Result<sqlite3_stmt*> prepare(std::string_view sql);
  Status bind(sqlite3_stmt* statement, std::initializer_list<Value> params);
  Status run(const std::string& sql);
  /// The error that SQLite reported last.
  tl::unexpected<Error> failed_in_sqlite();
  tl::unexpected<Error> misused(const std::string& detail) {
    return failed({ErrorCode::kInternal, "sql-error", detail});
  }

  std::unique_ptr<sqlite3, Close> db_;
  Use use_;
  std::unordered_map<std::string, Statement> statements_;
};

}  // namespace rescue::store
