#pragma once

#include "commit_queue.hpp"
#include "read_pool.hpp"

namespace rescue::store {

/// What all back ends share: one writer that groups commits, and readers beside it.
class QueuedDatabase final : public Database {
 public:
  struct Parts {
    std::shared_ptr<void> keeps;  ///< goes after the last connection: a lock, a file that is removed
    std::unique_ptr<Connection> writer;
    ReadPool::Open open_reader;  ///< none where callers write
    std::size_t readers_max = 0;
    bool shared = false;
    CommitQueue::Thread writes_in = CommitQueue::Thread::kOwn;
  };
  explicit QueuedDatabase(Parts parts);
  Status write_status(const Work& work) override;
  Status write_along(const Work& work) override;
  std::vector<Status> write_each(std::span<const Work> works) override;
  Status read_status(const Work& work) override;
  bool shared() const override { return shared_; }

 private:
  Status write_one(const Work& work, std::chrono::milliseconds patience);

  // Destroyed from the last to the first: the readers' connections, the writer's, what they need.
  std::shared_ptr<void> keeps_;
  bool shared_;
  bool writer_reads_;
  CommitQueue writer_;
  ReadPool readers_;
};

/// Runs the library's own migrations, then the service's.
Status migrate_all(Connection& connection, std::span<const EmbeddedFile> service_migrations);

}  // namespace rescue::store
