#pragma once

#include "connection.hpp"

namespace rescue::store {

/// A transaction on one connection; the caller begins and ends it.
class ConnectionTx final : public Tx {
 public:
  ConnectionTx(Connection& connection, std::vector<std::function<void()>>& after_commit)
      : connection_(connection), after_commit_(after_commit) {}
  Result<std::vector<Row>> query(std::string_view sql, std::initializer_list<Value> params) override;
  Result<std::int64_t> execute(std::string_view sql, std::initializer_list<Value> params) override;
  void after_commit(std::function<void()> action) override { after_commit_.push_back(std::move(action)); }
  Status attempt_status(const std::function<Status(Tx&)>& work) override;

 private:
  Status may_run(std::string_view sql) const;

  Connection& connection_;
  std::vector<std::function<void()>>& after_commit_;
  int attempts_ = 0;  ///< open ones: each has a savepoint of its own name
};

}  // namespace rescue::store
