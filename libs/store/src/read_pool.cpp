#include "read_pool.hpp"

#include "connection_tx.hpp"

namespace rescue::store {
namespace {

constexpr std::size_t kIdleMax = 8;
/// Readers take milliseconds: who waits longer than this had better be told.
constexpr std::chrono::seconds kPlaceWaitMax{10};

}  // namespace

class ReadPool::Place {
 public:
  explicit Place(ReadPool& pool) : pool_(pool) {
    std::unique_lock lock(pool_.mutex_);
    taken_ = pool_.left_.wait_for(lock, kPlaceWaitMax, [&] { return pool_.in_use_ < pool_.open_max_; });
    if (taken_) ++pool_.in_use_;
  }
  ~Place() {
    if (!taken_) return;
    const std::lock_guard lock(pool_.mutex_);
    --pool_.in_use_;
    pool_.left_.notify_one();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  bool taken() const { return taken_; }

 private:
  ReadPool& pool_;
  bool taken_ = false;
};

Status ReadPool::run(const Database::Work& work) {
  const Place place(*this);
  if (!place.taken()) {
    return fail(ErrorCode::kUnavailable, "database-unavailable",
                "all " + std::to_string(open_max_) + " connections for reading are in use");
  }
  return read(work);
}

Status ReadPool::read(const Database::Work& work) {
  RESCUE_ASSIGN(std::unique_ptr<Connection> connection, take());
  connection->forget_failure();
  std::vector<std::function<void()>> after;
  // Not given back after an exception: closing the connection ends its transaction.
  RESCUE_TRY(connection->begin());
  ConnectionTx tx(*connection, after);
  Status status = work(tx);
  if (status && connection->failure()) status = fail(*connection->failure());
  const bool damaged = connection->failure() && is_of_the_back_end(*connection->failure());
  if (connection->in_transaction() && !connection->commit()) return status;
  if (!damaged) give_back(std::move(connection));
  if (status) {
    for (const auto& action : after) action();
  }
  return status;
}

Result<std::unique_ptr<Connection>> ReadPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  return open_();
}

void ReadPool::give_back(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kIdleMax) idle_.push_back(std::move(connection));
}

}  // namespace rescue::store
