#pragma once

#include "sqlite_connection.hpp"

namespace rescue::store {

/// A transaction on one connection; the caller begins and ends it.
class SqliteTx final : public Tx {
 public:
  SqliteTx(SqliteConnection& connection, std::vector<std::function<void()>>& after_commit)
      : connection_(connection), after_commit_(after_commit) {}
  Result<std::vector<Row>> query(std::string_view sql, std::initializer_list<Value> params) override {
    return connection_.query(sql, params);
  }
  Result<std::int64_t> execute(std::string_view sql, std::initializer_list<Value> params) override {
    return connection_.execute(sql, params);
  }
  void after_commit(std::function<void()> action) override { after_commit_.push_back(std::move(action)); }

 private:
  SqliteConnection& connection_;
  std::vector<std::function<void()>>& after_commit_;
};

}  // namespace rescue::store
