#pragma once

#include <chrono>
#include <optional>

#include "queue_pass.hpp"

namespace rescue::recovery {

/// Faults that did not end a round, for a person; at most 20.
using Faults = std::vector<std::string>;

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

/// Does what a round decided, or what a killed run has left of it, and writes what came of it. False where
/// the time was over before: a further call goes on.
Result<bool> work_off(const Round& round, const RoundStore& store, const MailQueues& queues,
                      const Deadline& until, Faults& faults);

MailQueue* queue_of(const MailQueues& queues, MailSystem system);
void add_fault(Faults& faults, const std::string& id, const Error& error);

}  // namespace rescue::recovery
