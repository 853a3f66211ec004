#pragma once

#include <hiredis/hiredis.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reply.hpp"
#include "rescue/queue/redis.hpp"
#include "wake.hpp"

namespace rescue::queue {

/// A Lua script that Redis is sent once per connection, and told by its hash from then on.
struct Script {
  std::string_view text;
  std::string sha1;
  std::int64_t generation = 0;  ///< of the connection by which it was sent
};

/// One hiredis context, made anew after any failure (its errors are sticky, and its timeouts are lost by
/// redisReconnect). With sentinels it leads to the master that they name, and away from one that is none any
/// more. One thread at a time.
class Connection {
 public:
  using Command = std::vector<std::string_view>;
  explicit Connection(RedisOptions options) : options_(std::move(options)) {}

  /// Connects when it is not connected. kUnavailable ("redis-unavailable"), after which a later call tries
  /// again.
  Status ensure();
  /// Counts connections made: another number means another connection than before.
  std::int64_t generation() const { return generation_; }
  /// One command. An error reply is a value.
  Result<Reply> run(const Command& command);
  /// EVALSHA; `arguments` begin with the number of keys.
  Result<Reply> run_script(Script& script, const Command& arguments);

  // For several commands under way, after `ensure`. After an error there is no connection any more, and
  // nothing is under way.

  /// Puts down a command, to go out with the next `flush`, `receive` or `wait`.
  void append(std::span<const std::string_view> command);
  Status flush();
  /// The next reply, in the order of the commands.
  Result<Reply> receive();
  /// True as soon as there is something to receive; false when it takes longer, or `wake` ends the wait.
  Result<bool> wait(std::chrono::milliseconds time, const Wake& wake);
  /// The next command needs another connection.
  void drop() { context_.reset(); }
  /// Drops the connection and says why.
  tl::unexpected<Error> leave(const std::string& why);
  /// Beside each call that moves a message (rescue/base/failpoint.hpp). Where it fails the connection is
  /// lost.
  Status failpoint(const char* name);

 private:
  struct Close {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  Status connect();
  Status log_in();
  Status require_master();
  tl::unexpected<Error> broken();
  std::string name() const;

  RedisOptions options_;
  std::string host_;  ///< where it leads, or led last
  int port_ = 0;
  std::unique_ptr<redisContext, Close> context_;
  std::string out_;  ///< commands put down
  bool no_master_ = false;
  std::int64_t generation_ = 0;
};

}  // namespace rescue::queue
