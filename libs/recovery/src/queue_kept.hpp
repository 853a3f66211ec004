#pragma once

#include "queue_pass.hpp"

namespace rescue::recovery {

/// Whether what the round had kept whole was deleted: nothing of it comes back.
bool is_forgotten(const RoundStore& store, unsigned number);

/// Deletes what a round has kept whole; how many files. A second call finds nothing.
Result<std::uint64_t> forget_round(const RoundStore& store, const MailQueues& queues, unsigned number);

/// The same for each finished round begun before that second. Nobody else comes back to do it.
Status forget_older(const RoundStore& store, const MailQueues& queues, std::int64_t seconds);

}  // namespace rescue::recovery
