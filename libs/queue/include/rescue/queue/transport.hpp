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

struct Outgoing {
  std::string stream;  ///< service name
  std::string payload;
};

struct Delivery {
  std::string entry_id;
  std::string payload;
  bool authentic = true;     ///< put there by one who holds a secret
  bool redelivered = false;  ///< was given out before and not acknowledged: who had it may have died of it
};

/// Appends to streams. One thread at a time.
class Sender {
 public:
  virtual ~Sender() = default;
  /// All or an error (some may then have been added: receivers drop duplicates). kUnavailable.
  virtual Status publish(std::span<const Outgoing> messages) = 0;
  struct Depth {
    std::int64_t length = 0;  ///< entries not yet acknowledged (acknowledged ones are deleted)
    std::int64_t oldest_age_ms = 0;
  };
  virtual Result<Depth> depth(const std::string& service, std::int64_t now_us) = 0;
  /// Of each one's stream, in this order.
  virtual Result<std::vector<std::int64_t>> lengths(std::span<const std::string> services) = 0;

  /// What tells a queue that has lost data from one that has not, read at one moment.
  struct Standing {
    std::string run_id;  ///< another one after each of its starts
    std::string mark;    ///< what `sender` left by `set_mark`; "" when there is none (any more)
    std::string policy;  ///< maxmemory-policy: anything but "noeviction" may throw messages away
  };
  virtual Result<Standing> standing(const std::string& sender) = 0;
  /// Leaves `mark`, if the present one is still `expected`. False when it is not.
  virtual Result<bool> set_mark(const std::string& sender, const std::string& expected,
                                const std::string& mark) = 0;
};

/// Reads one service's stream. One thread at a time, but for `wake` and `stop`.
class Receiver {
 public:
  virtual ~Receiver() = default;
  /// First what this receiver was given and did not acknowledge (after a start, a reconnect or an
  /// acknowledgement that did not get through: an entry that is still in work may come again), and what any
  /// other of this service left idle; then new entries. Waits at most `block` for them. Empty: nothing came.
  /// kUnavailable: the queue is away; the next call tries again. An entry of foreign make has an empty
  /// payload.
  virtual Result<std::vector<Delivery>> read(std::size_t count, std::chrono::milliseconds block) = 0;
  /// False while there may be more to read than `read` has given: it is behind, or the queue away.
  virtual bool at_end() const = 0;
  /// Takes the entries out of the stream and puts `receipts` into theirs: all or nothing. No receipt goes to
  /// a stream that has `stream_max` entries already.
  virtual Status acknowledge(std::span<const std::string> entry_ids, std::span<const Outgoing> receipts = {},
                             std::int64_t stream_max = std::numeric_limits<std::int64_t>::max()) = 0;
  /// Ends a `read` that waits, or the next one to wait. Thread-safe.
  virtual void wake() = 0;
  /// The same, and from then on `read` gives nothing. Thread-safe.
  virtual void stop() = 0;
  /// After `stop`: lets go of the read that waits, so that nothing more is handed to one who is leaving. What
  /// was handed out stays this receiver's until it comes back, or another claims it.
  virtual void hang_up() = 0;
};

/// What carries the messages between services: Redis (redis.hpp), or one in the same process for a simulation
/// (testing/memory_streams.hpp).
class Transport {
 public:
  virtual ~Transport() = default;
  virtual std::unique_ptr<Sender> sender() = 0;
  /// What another receiver of `service` has left idle for more than `claim_idle` is taken over.
  virtual std::unique_ptr<Receiver> receiver(const std::string& service, const std::string& consumer_name,
                                             std::chrono::milliseconds claim_idle) = 0;
};

}  // namespace rescue::queue
