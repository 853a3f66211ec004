#pragma once

#include <hiredis/hiredis.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/queue/redis.hpp"

namespace rescue::queue {

/// A reply and the parts inside it. Asking a reply for what it is not gives nothing, never undefined
/// behaviour.
class Reply {
 public:
  explicit Reply(redisReply* raw) : owner_(raw, Free{}), raw_(raw) {}
  bool is_error() const { return raw_ != nullptr && raw_->type == REDIS_REPLY_ERROR; }
  bool is_nil() const { return raw_ == nullptr || raw_->type == REDIS_REPLY_NIL; }
  std::int64_t integer() const;
  std::string text() const;           ///< of a string, status or error
  std::size_t size() const;           ///< of an array, else 0
  Reply at(std::size_t index) const;  ///< lives as long as this reply

 private:
  struct Free {
    void operator()(redisReply* raw) const { freeReplyObject(raw); }
  };
  std::shared_ptr<redisReply> owner_;
  redisReply* raw_;
  Reply(std::shared_ptr<redisReply> owner, redisReply* raw) : owner_(std::move(owner)), raw_(raw) {}
};

/// One hiredis context, made anew after any failure (its errors are sticky, and its timeouts are lost by
/// redisReconnect). One thread at a time.
class Connection {
 public:
  using Command = std::vector<std::string_view>;
  explicit Connection(RedisOptions options) : options_(std::move(options)) {}

  /// Connects when it is not connected. kUnavailable ("redis-unavailable"), after which a later call tries
  /// again.
  Status ensure();
  /// Counts connections made: another number means another connection than before.
  std::int64_t generation() const { return generation_; }
  /// One command; the answer may take `extra` longer than the command timeout. An error reply is a value.
  Result<Reply> run(const Command& command, std::chrono::milliseconds extra = {});
  /// All commands in one go; their replies in order.
  Result<std::vector<Reply>> run_all(const std::vector<Command>& commands);
  /// Beside each call that moves a message (rescue/base/failpoint.hpp). Where it fails the connection is
  /// lost.
  Status failpoint(const char* name);

 private:
  struct Close {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  Status log_in();
  Result<Reply> receive();
  void append(const Command& command);
  /// Drops the connection and says why.
  tl::unexpected<Error> broken();

  RedisOptions options_;
  std::unique_ptr<redisContext, Close> context_;
  std::int64_t generation_ = 0;
};

/// kUnavailable ("redis-error") with the text of an error reply.
tl::unexpected<Error> refused(const Reply& reply);

}  // namespace rescue::queue
