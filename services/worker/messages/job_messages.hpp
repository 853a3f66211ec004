#pragma once

#include "../attempt_pool.hpp"
#include "../journal.hpp"
#include "rescue/base/message.hpp"

namespace rescue::worker {

/// The messages worker takes from workflow. Each runs in the inbox's transaction and only writes the journal.
class JobMessages {
 public:
  JobMessages(Journal& journal, AttemptPool& pool, const Clock& clock)
      : journal_(&journal), pool_(&pool), clock_(&clock) {}

  /// job.dispatched: records the attempt; the pool is woken after the commit. kInvalid for a body that is
  /// none.
  Status on_dispatched(store::Tx& tx, const Message& message);
  /// job.cancelled
  Status on_cancelled(store::Tx& tx, const Message& message);
  /// job.recalled
  Status on_recalled(store::Tx& tx, const Message& message);

 private:
  Journal* journal_;
  AttemptPool* pool_;
  const Clock* clock_;
};

}  // namespace rescue::worker
