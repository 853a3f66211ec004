#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/store/database.hpp"

namespace rescue::store {

/// True for what is no fault of a statement: the database is away, full or damaged.
inline bool is_of_the_back_end(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kCorrupt;
}

/// One connection of a back end: what the commit queue, the readers and the migrations need of it. One thread
/// at a time.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual Result<std::vector<Row>> query(std::string_view sql, std::initializer_list<Value> params) = 0;
  virtual Result<std::int64_t> execute(std::string_view sql, std::initializer_list<Value> params) = 0;
  /// Statements without parameters or results: a migration file.
  virtual Status script(const std::string& sql) = 0;

  /// Opens a transaction: on a connection for writing once it is this one's turn to write, on one for reading
  /// with a snapshot. A back end that was lost is looked for again.
  virtual Status begin() = 0;
  virtual Status commit() = 0;
  virtual void rollback() = 0;
  /// Names need not be unique; `release` and `rollback_to` end the innermost of that name.
  virtual Status savepoint(const std::string& name) = 0;
  virtual Status release(const std::string& name) = 0;
  virtual Status rollback_to(const std::string& name) = 0;
  /// False also when the back end has ended the open transaction on its own (disk full, connection lost).
  virtual bool in_transaction() const = 0;

  /// The first failure since `forget_failure`. What was written since then must not be committed.
  const std::optional<Error>& failure() const { return failure_; }
  void forget_failure() { failure_.reset(); }
  tl::unexpected<Error> failed(Error error) {
    if (!failure_) failure_ = error;
    return fail(std::move(error));
  }

 private:
  std::optional<Error> failure_;
};

}  // namespace rescue::store
