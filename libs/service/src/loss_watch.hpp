#pragma once

#include <cstdint>
#include <string>

#include "rescue/queue/transport.hpp"
#include "rescue/store/outbox.hpp"

namespace rescue::service {

/// Notices that Redis has lost messages and has them sent again from the outbox; receivers drop what they
/// have handled. A message is lost when there is no receipt for it, and Redis was emptied, restarted or
/// replaced (the mark that this sender left in it, the run id of that Redis, is gone or another's), or it
/// lies in its recipient's stream no longer. One thread.
class LossWatch {
 public:
  explicit LossWatch(std::string sender) : sender_(std::move(sender)) {}

  /// The Redis that there is. kUnavailable ("redis-evicts") for one that may throw messages away.
  Result<queue::Sender::Standing> standing_of(queue::Sender& sender) const;
  /// Cheap, for every second: is it still the Redis that has our messages? How many go out again; 0 nearly
  /// always. "redis-…" errors: Redis is away.
  Result<std::int64_t> check_mark(queue::Sender& sender, store::Database& database);
  /// For every now and then: is there no receipt, though the stream is past the message? As above.
  Result<std::int64_t> check_receipts(queue::Sender& sender, store::Database& database, std::int64_t now_us);

 private:
  std::string sender_;
};

}  // namespace rescue::service
