#include "connection_tx.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace rescue::store {
namespace {

constexpr std::array<std::string_view, 8> kControl{"BEGIN", "START",    "COMMIT",    "END",
                                                   "ABORT", "ROLLBACK", "SAVEPOINT", "RELEASE"};

/// True for a statement that would begin or end what the commit queue begins and ends.
bool controls_transactions(std::string_view sql) {
  const std::size_t begin = std::min(sql.find_first_not_of(" \t\r\n"), sql.size());
  std::string word;
  for (const char c : sql.substr(begin)) {
    if (std::isalpha(static_cast<unsigned char>(c)) == 0) break;
    word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return std::find(kControl.begin(), kControl.end(), word) != kControl.end();
}

Error not_here(std::string_view sql) {
  return {ErrorCode::kInternal, "sql-error",
          "a work does not begin or end transactions: " + std::string(sql)};
}

}  // namespace

/// SQLite ends a transaction on its own when the disk is full, say: what came after would be committed by
/// itself.
Status ConnectionTx::may_run(std::string_view sql) const {
  if (connection_.failure() && is_of_the_back_end(*connection_.failure()))
    return fail(*connection_.failure());
  if (controls_transactions(sql)) return connection_.failed(not_here(sql));
  return {};
}

Result<std::vector<Row>> ConnectionTx::query(std::string_view sql, std::initializer_list<Value> params) {
  RESCUE_TRY(may_run(sql));
  return connection_.query(sql, params);
}

Result<std::int64_t> ConnectionTx::execute(std::string_view sql, std::initializer_list<Value> params) {
  RESCUE_TRY(may_run(sql));
  return connection_.execute(sql, params);
}

Status ConnectionTx::attempt_status(const std::function<Status(Tx&)>& work) {
  if (connection_.failure()) return fail(*connection_.failure());
  const std::string name = "attempt_" + std::to_string(++attempts_);
  const std::size_t actions = after_commit_.size();
  RESCUE_TRY(connection_.savepoint(name));
  Status status = work(*this);  // after an exception the whole transaction is rolled back
  --attempts_;
  if (status && connection_.failure()) status = fail(*connection_.failure());
  if (status) return connection_.release(name);
  after_commit_.resize(actions);
  if (connection_.failure() && is_of_the_back_end(*connection_.failure())) return status;
  RESCUE_TRY(connection_.rollback_to(name));
  connection_.forget_failure();
  return status;
}

}  // namespace rescue::store
