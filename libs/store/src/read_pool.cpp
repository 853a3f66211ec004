#include "read_pool.hpp"

#include "sqlite_tx.hpp"

namespace rescue::store {
namespace {

constexpr std::size_t kIdleMax = 8;

}  // namespace

Status ReadPool::run(const Database::Work& work) {
  RESCUE_ASSIGN(std::unique_ptr<SqliteConnection> connection, take());
  connection->clear_fault();
  std::vector<std::function<void()>> after;
  Status status;
  // Not given back after an exception: closing the connection ends its transaction.
  RESCUE_ASSIGN([[maybe_unused]] const auto begun, connection->execute("BEGIN", {}));
  SqliteTx tx(*connection, after);
  status = work(tx);
  if (status && connection->fault()) status = fail(*connection->fault());
  const bool damaged = connection->fault().has_value();
  if (connection->in_transaction() && !connection->execute("COMMIT", {})) return status;
  if (!damaged) give_back(std::move(connection));
  if (status) {
    for (const auto& action : after) action();
  }
  return status;
}

Result<std::unique_ptr<SqliteConnection>> ReadPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  return SqliteConnection::open(path_, SqliteConnection::Use::kRead);
}

void ReadPool::give_back(std::unique_ptr<SqliteConnection> connection) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kIdleMax) idle_.push_back(std::move(connection));
}

}  // namespace rescue::store
