#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "rescue/queue/redis.hpp"
#include "rescue/store/outbox.hpp"

namespace rescue::service {

/// Notices that Redis has lost messages (emptied, restarted without its last second, replaced) and has them
/// sent again from the outbox; receivers drop what they have handled.
///
/// The sender leaves a mark in Redis: the run id of the Redis that it spoke to, and the time before which
/// everything it sent was acknowledged. A missing mark or another run id means: send again from that time on.
/// One thread.
class LossWatch {
 public:
  explicit LossWatch(std::string sender) : sender_(std::move(sender)) {}

  void sent_to(const std::string& recipient) { recipients_.insert(recipient); }
  /// How many messages go out again; 0 nearly always. "redis-…" errors: Redis is away.
  Result<std::int64_t> check(queue::Producer& producer, store::Database& database, std::int64_t now_us);

  struct Mark {
    std::string run_id;
    std::int64_t safe_us = 0;  ///< what was sent before it has been acknowledged
    std::string text() const { return run_id + " " + std::to_string(safe_us); }
    static std::optional<Mark> parse(const std::string& text);
  };

 private:
  Status load_recipients(store::Database& database);

  std::string sender_;
  std::set<std::string> recipients_;
  bool loaded_ = false;
  std::int64_t safe_us_ = 0;  ///< best known; 0: everything that the outbox keeps is in doubt
};

}  // namespace rescue::service
