#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rescue/base/result.hpp"

namespace rescue::queue {

struct Address {
  std::string host;
  int port = 0;
};

struct RedisOptions {
  std::string host = "127.0.0.1";  ///< or the absolute path of a Unix socket; `port` is ignored then
  int port = 6379;
  /// Where there are any, they are asked at each connect where the master `master_name` is, in turn until one
  /// knows; `host` and `port` are ignored then.
  std::vector<Address> sentinels;
  std::string master_name;
  std::string sentinel_user;
  std::string sentinel_password;
  std::chrono::milliseconds sentinel_timeout{500};
  std::string user;
  std::string password;
  /// Shared by all services, not known to Redis: the first seals what is sent, any of them opens what comes.
  /// None: nothing is sealed and everything is taken, for tests.
  std::vector<std::string> secrets;
  std::chrono::milliseconds connect_timeout{1'000};
  std::chrono::milliseconds command_timeout{2'000};
};

/// The secrets in a file: one a line, at most two, so that they can be changed while services run. kInvalid
/// ("bad-config"), which never shows them.
Result<std::vector<std::string>> read_secrets(const std::string& path);

/// The name of a service's stream: "rescue:stream:<service>". Redis keys are made here and nowhere else.
std::string stream_key(const std::string& service);
/// Where a sender leaves its mark: "rescue:mark:<service>".
std::string mark_key(const std::string& service);

struct Outgoing {
  std::string stream;  ///< service name
  std::string payload;
};

/// Appends to streams. Connects when needed and again after a failure. One thread at a time.
class Producer {
 public:
  explicit Producer(RedisOptions options);
  ~Producer();
  /// Pipelined XADDs. All or an error (some may then have been added: receivers drop duplicates).
  /// kUnavailable.
  Status publish(std::span<const Outgoing> messages);
  /// Round trip. kUnavailable when Redis does not answer.
  Status ping();
  struct Depth {
    std::int64_t length = 0;  ///< entries not yet acknowledged (acknowledged ones are deleted)
    std::int64_t oldest_age_ms = 0;
  };
  Result<Depth> depth(const std::string& service, std::int64_t now_us);
  /// Of each one's stream, in this order.
  Result<std::vector<std::int64_t>> lengths(std::span<const std::string> services);

  /// What tells a Redis that has lost data from one that has not, read at one moment.
  struct Standing {
    std::string run_id;  ///< another one after each start of Redis
    std::string mark;    ///< what `sender` left by `set_mark`; "" when there is none (any more)
    std::string policy;  ///< maxmemory-policy: anything but "noeviction" may throw messages away
  };
  Result<Standing> standing(const std::string& sender);
  /// Leaves `mark`, if the present one is still `expected`. False when it is not.
  Result<bool> set_mark(const std::string& sender, const std::string& expected, const std::string& mark);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct Delivery {
  std::string entry_id;
  std::string payload;
  bool authentic = true;     ///< put there by one who holds a secret
  bool redelivered = false;  ///< was given out before and not acknowledged: who had it may have died of it
};

/// Reads one service's stream as a member of its consumer group (created when missing). Waits on a connection
/// of its own, so that others are acknowledged meanwhile. One thread at a time.
class Consumer {
 public:
  Consumer(RedisOptions options, const std::string& service, std::string consumer_name,
           std::chrono::milliseconds claim_idle = std::chrono::minutes(1));
  ~Consumer();
  /// First what this consumer was given and did not acknowledge (after a start, a reconnect or an
  /// acknowledgement that did not get through: an entry that is still in work may come again), and what any
  /// consumer left idle for more than `claim_idle`; then new entries. Waits at most `block` for them. Empty:
  /// nothing came. kUnavailable: Redis is away; the next call tries again. An entry of foreign make has an
  /// empty payload. After a full read the next entries are asked for at once, so that Redis works while the
  /// caller does.
  Result<std::vector<Delivery>> read(std::size_t count, std::chrono::milliseconds block);
  /// False while there may be more to read than `read` has given: it is behind, or Redis away.
  bool at_end() const;
  /// XACK and XDEL, and the XADDs of `receipts`, in one script call: all or nothing. No receipt goes to a
  /// stream that has `stream_max` entries already.
  Status acknowledge(std::span<const std::string> entry_ids, std::span<const Outgoing> receipts = {},
                     std::int64_t stream_max = std::numeric_limits<std::int64_t>::max());
  /// Ends a `read` that waits, or the next one to wait. Thread-safe.
  void wake();
  /// The same, and from then on `read` gives nothing. Thread-safe.
  void stop();
  /// After `stop`: lets go of the read that waits in Redis, so that nothing more is handed to one who is
  /// leaving. What was handed out stays this consumer's until it comes back, or another claims it.
  void hang_up();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rescue::queue
