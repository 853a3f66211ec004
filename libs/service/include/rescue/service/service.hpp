#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/base/embedded.hpp"
#include "rescue/base/message.hpp"
#include "rescue/config/source.hpp"
#include "rescue/http/server.hpp"
#include "rescue/log/logger.hpp"
#include "rescue/queue/redis.hpp"
#include "rescue/store/audit.hpp"
#include "rescue/store/database.hpp"
#include "rescue/store/outbox.hpp"
#include "rescue/telemetry/metrics.hpp"

namespace rescue::service {

/// What every service is configured with, beside its own settings.
struct ServiceConfig {
  std::string name;
  std::string address = "127.0.0.1";
  int http_port = 0;
  int http_threads = 8;
  int slow_port = -1;  ///< listener for routes that may wait (add_slow_route); -1: none
  int slow_threads = 16;
  int metrics_port = 0;  ///< -1: none
  std::string database_url;
  queue::RedisOptions redis;
  /// Carries the messages instead of Redis: for programs that hold several services (tests/simulation).
  std::shared_ptr<queue::Transport> transport;
  std::string redis_secret_file;  ///< read at the start; "": messages are not authenticated, for tests
  std::string keys_file;
  std::string replica;        ///< tells it from others of its name that share its database; "" when alone
  std::string consumer_name;  ///< default: name, or name-replica
  log::Level log_level = log::Level::kInfo;
  /// For messages whose handler fails in a way that may pass: the wait doubles from `first` to `longest`.
  struct Retry {
    int tries_max = 10;
    std::chrono::milliseconds first{100};
    std::chrono::milliseconds longest{10'000};
    int crashes_max = 3;  ///< a message over which so many processes ended is set aside
    /// Another replica that began to handle a message would have come back by then, or lost its turn to
    /// write.
    std::chrono::milliseconds at_work{20'000};
  };
  Retry retry;
  /// `may_take` refuses while so many messages wait to be committed by others.
  std::int64_t outbox_max = 100'000;
  /// `may_take` refuses while the wall clock is behind what was recorded by more than this.
  std::chrono::milliseconds clock_tolerance{5'000};
  /// With so many entries in its stream a recipient is sent nothing more until it has handled half of them:
  /// the rest waits in SQL, where there is room.
  std::int64_t stream_max = 10'000;
};
/// Reads the common keys: http.address, http.port, http.threads, http.slow_port, metrics.port, database.url,
/// replica, redis.host, redis.port, redis.user, redis.password_file, redis.secret_file, redis.sentinels,
/// redis.master_name, redis.sentinel_user, redis.sentinel_password_file, redis.consumer, keys.file,
/// log.level, outbox.max, clock.tolerance_ms. Defaults for the ports are given by the service; for `replica`
/// it is the host's name where the database is PostgreSQL.
ServiceConfig read_common(config::Source& source, std::string name, int http_port, int metrics_port);

/// Handles one message inside the transaction that also records it as handled: its effect, audit rows and
/// outgoing messages commit together. An error: kRetry class waits and tries again, others go to the dead
/// letters.
using MessageHandler = std::function<Status(store::Tx&, const Message&)>;

/// The trace that a message (or a stored row) carries; a new one where it carries none. For `send` in
/// handlers and for logs.
Trace trace_of(const Message& message);
Trace trace_of(const std::string& traceparent);

/// The chassis of a service: database, outbox relay, inbox consumer, HTTP listeners with /healthz and
/// /readyz, metrics port, timers, drain on SIGTERM. Register everything, then run(). Methods of registration
/// are not thread-safe, the rest is.
class Service {
 public:
  /// Opens database and key file. Throws std::runtime_error with a clear text when the start-up is unusable.
  Service(ServiceConfig config, std::span<const EmbeddedFile> migrations, const Clock& clock);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  store::Database& database();
  const log::Logger& log() const;
  telemetry::Metrics& metrics();
  /// Never goes back, whatever the wall clock does (base/forward_clock.hpp).
  const Clock& clock() const;
  const ServiceConfig& config() const;

  void add_route(http::Route route);
  /// Served by the slow listener, where a handler may wait for a decision without delaying the other routes.
  void add_slow_route(http::Route route);
  void on_message(std::string type, MessageHandler handler);
  /// Runs `action` at the start, then every `interval` and after `wake()`, on a thread of its own. Errors are
  /// logged and counted.
  void every(std::string name, std::chrono::milliseconds interval, std::function<Status()> action);
  void wake(const std::string& name);
  /// `check` returns what is waited for, or nothing when ready. Database and Redis are checked already.
  void add_readiness(std::string name, std::function<std::optional<std::string>()> check);
  /// The same for what somebody has to look at though the service does its work: shown, and still ready.
  void add_warning(std::string name, std::function<std::optional<std::string>()> check);

  /// Since when nothing has lain unheard for this service: its stream was read to the end, and since then
  /// neither reading nor writing has failed or stood still, nor has the clock jumped. Nothing while it is
  /// behind, or Redis or the database away. Who is silent is silent only since then.
  std::optional<Timestamp> caught_up_since() const;
  /// Whether something new may be taken from outside: kUnavailable ("clock-behind", "outbox-full") for what
  /// is better refused than taken. Cheap.
  Status may_take() const;

  /// What works of one commit add to the audit trail and to the outbox: written when all of them have run,
  /// with one look at the chain's end and at the numbers. What is pointed at must live until then.
  struct Gathered {
    std::vector<const store::AuditRow*> audit;
    std::vector<const store::Outbox::Letter*> letters;
  };
  using LateWork = std::function<Status(store::Tx&, Gathered&)>;
  /// Runs `work` in a write transaction, in one commit with others that wait, and tells `done` of its end
  /// from another thread. Returns at once. `work` may be run again after it was rolled back; `done` must not
  /// block or throw. For late handlers.
  void write_late(LateWork work, std::function<void(const Status&)> done);

  /// A message as `send` would put it, made before its transaction.
  Result<store::Outbox::Letter> letter(std::string to, std::string type, std::string incident_id, Json body,
                                       const Trace& trace) const;
  /// Puts a message into the outbox of `tx`'s transaction; the relay is woken after the commit.
  Status send(store::Tx& tx, const store::Outbox::Letter& letter);
  Status send(store::Tx& tx, std::string to, std::string type, std::string incident_id, Json body,
              const Trace& trace);

  /// What `start` gives threads of its own.
  enum class Part { kLateWrites, kConsumer, kTimers, kRelay };
  /// Instead of `start`, for programs that hand out time themselves (tests/simulation): what waits for this
  /// part at the moment is done in the caller's thread. Nothing listens; handlers are called as they are.
  void take_turn(Part part);

  /// Listens and runs when it returns. Throws std::runtime_error when a port is taken; nothing runs then.
  void start();
  int http_port() const;
  int slow_port() const;
  int metrics_port() const;
  /// Drains: listeners first, then consumer, timers and relay (one last round).
  void stop();
  /// start(), wait for SIGTERM or SIGINT, `drain` (the caller's own parts end; what they commit is still
  /// sent), stop(). The exit code.
  int run(const std::function<void()>& drain = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The body of every main(): loads config by `make_app`, runs, turns exceptions into one log line and exit
/// code 1.
int run_main(const std::function<int()>& body);

}  // namespace rescue::service
