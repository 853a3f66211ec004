#include "rescue/service/service.hpp"

#include <stdexcept>

#include "dead_letter_routes.hpp"
#include "handlers.hpp"
#include "housekeeping.hpp"
#include "late_writes.hpp"
#include "message_consumer.hpp"
#include "readiness.hpp"
#include "relay.hpp"
#include "rescue/base/forward_clock.hpp"
#include "rescue/http/api_keys.hpp"
#include "termination.hpp"
#include "timers.hpp"
#include "watched_database.hpp"

namespace rescue::service {
namespace {

template <class T>
T or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().problem + ": " + result.error().detail);
  return *std::move(result);
}

std::shared_ptr<queue::Transport> transport_of(const ServiceConfig& config) {
  return config.transport ? config.transport : std::make_shared<queue::Redis>(config.redis);
}

ServiceConfig with_secrets(ServiceConfig config) {
  if (!config.redis_secret_file.empty()) {
    config.redis.secrets = or_throw(queue::read_secrets(config.redis_secret_file));
  }
  return config;
}

/// The last moment that stands in the database; 0 for a new one.
Result<std::int64_t> last_recorded_us(store::Database& database) {
  return database.read([](store::Tx& tx) -> Result<std::int64_t> {
    std::int64_t last_us = 0;
    for (const char* sql : {"SELECT at_us FROM audit ORDER BY number DESC LIMIT 1",
                            "SELECT created_us FROM outbox ORDER BY number DESC LIMIT 1",
                            "SELECT accepted_us FROM inbox ORDER BY accepted_us DESC LIMIT 1"}) {
      RESCUE_ASSIGN(const auto row, tx.find(sql));
      if (row) last_us = std::max(last_us, row->integer(0));
    }
    return last_us;
  });
}

std::vector<http::Route> joined(std::vector<http::Route> first, std::vector<http::Route> second) {
  for (auto& route : second) first.push_back(std::move(route));
  return first;
}

}  // namespace

struct Service::State {
  State(ServiceConfig config_in, std::span<const EmbeddedFile> migrations, const Clock& wall)
      : config(with_secrets(std::move(config_in))),
        clock(wall),
        log({.service = config.name, .minimum = config.log_level}, wall),
        keys(or_throw(http::ApiKeys::load(config.keys_file))),
        database(or_throw(store::Database::open(config.database_url, migrations)), log, clock),
        transport(transport_of(config)),
        relay(database, clock, log, metrics, config, *transport, redis),
        late_writes(database, log, relay.name(), [this](std::size_t letters) { relay.added(letters); }),
        consumer(database, clock, log, metrics, config, *transport, handlers),
        timers(clock, log, metrics) {
    clock.has_been(from_us(or_throw(last_recorded_us(database))));
    readiness.add("database", [this] { return database.fault(); });
    readiness.add("redis", [this] { return redis.fault(); });
    readiness.add("clock", [this] { return clock_fault(); });
    readiness.add("outbox", [this] { return outbox_fault(); });
    metrics.before_scrape([this] { readiness.show(metrics); });
    timers.add("database", std::chrono::seconds(1), [this] { return database.probe(); });
    timers.add("housekeeping", std::chrono::hours(1), [this] { return keep_house(database, clock.now()); });
  }

  std::optional<std::string> clock_fault() {
    const auto behind = clock.behind();
    if (behind <= config.clock_tolerance) return std::nullopt;
    return "the wall clock is " + std::to_string(std::chrono::ceil<std::chrono::seconds>(behind).count()) +
           " s behind what has been recorded";
  }

  std::optional<std::string> outbox_fault() const {
    if (relay.held() < config.outbox_max) return std::nullopt;
    return std::to_string(relay.held()) + " messages wait for other services, and no more than " +
           std::to_string(config.outbox_max) + " are to";
  }

  std::unique_ptr<http::Server> serve(int port, int threads, std::vector<http::Route> routes) {
    http::Server::Options options;
    options.address = config.address;
    options.port = port;
    options.threads = threads;
    auto server = std::make_unique<http::Server>(
        options, joined(health_routes(config.name, readiness), std::move(routes)), keys, log, metrics);
    server->start();
    return server;
  }

  void start() {
    if (config.metrics_port >= 0) {
      exposer = std::make_unique<telemetry::Exposer>(config.address, config.metrics_port, metrics);
    }
    relay.refuse_evicting_redis();
    late_writes.start();  // its first work may come with the first request
    http = serve(config.http_port, config.http_threads,
                 joined(dead_letter_routes({.service = config.name,
                                            .database = database,
                                            .handlers = handlers,
                                            .clock = clock,
                                            .look_for_parked = [this] { consumer.look_for_parked(); }}),
                        routes));
    if (config.slow_port >= 0) slow = serve(config.slow_port, config.slow_threads, slow_routes);
    // After all that can fail.
    relay.start();
    consumer.start();
    timers.start();
    log.info("service.started", {{"http_port", http->port()},
                                 {"slow_port", slow ? slow->port() : -1},
                                 {"metrics_port", exposer ? exposer->port() : -1}});
  }

  void stop() {
    if (stopped) return;
    stopped = true;
    // Requests in flight may wait for a message, so the consumer goes on until they are answered.
    if (http) http->drain();
    if (slow) slow->drain();
    late_writes.stop();
    consumer.stop();
    timers.stop();
    relay.stop();
    exposer.reset();
    log.info("service.stopped");
  }

  ServiceConfig config;
  ForwardClock clock;
  log::Logger log;
  telemetry::Metrics metrics;
  http::ApiKeys keys;
  WatchedDatabase database;
  DependencyState redis{"not asked yet"};
  Readiness readiness;
  Handlers handlers;
  std::vector<http::Route> routes;
  std::vector<http::Route> slow_routes;
  std::shared_ptr<queue::Transport> transport;
  Relay relay;
  LateWrites late_writes;
  MessageConsumer consumer;
  Timers timers;
  std::unique_ptr<http::Server> http;
  std::unique_ptr<http::Server> slow;
  std::unique_ptr<telemetry::Exposer> exposer;
  bool stopped = false;
};

Service::Service(ServiceConfig config, std::span<const EmbeddedFile> migrations, const Clock& clock)
    : state_(std::make_unique<State>(std::move(config), migrations, clock)) {}

Service::~Service() {
  stop();
}

store::Database& Service::database() {
  return state_->database;
}
const log::Logger& Service::log() const {
  return state_->log;
}
telemetry::Metrics& Service::metrics() {
  return state_->metrics;
}
const Clock& Service::clock() const {
  return state_->clock;
}
const ServiceConfig& Service::config() const {
  return state_->config;
}

void Service::add_route(http::Route route) {
  state_->routes.push_back(std::move(route));
}

void Service::add_slow_route(http::Route route) {
  if (state_->config.slow_port < 0) throw std::logic_error("this service has no slow listener");
  state_->slow_routes.push_back(std::move(route));
}

void Service::on_message(std::string type, MessageHandler handler) {
  state_->handlers.add(std::move(type), std::move(handler));
}

void Service::every(std::string name, std::chrono::milliseconds interval, std::function<Status()> action) {
  state_->timers.add(std::move(name), interval, std::move(action));
}

void Service::wake(const std::string& name) {
  state_->timers.wake(name);
}

void Service::add_readiness(std::string name, std::function<std::optional<std::string>()> check) {
  state_->readiness.add(std::move(name), std::move(check));
}

void Service::add_warning(std::string name, std::function<std::optional<std::string>()> check) {
  state_->readiness.add_warning(std::move(name), std::move(check));
}

std::optional<Timestamp> Service::caught_up_since() const {
  const auto read = state_->consumer.caught_up_since();
  const auto written = state_->database.takes_since();
  if (!read || !written) return std::nullopt;
  return std::max({*read, *written, state_->clock.continuous_since()});
}

Status Service::may_take() const {
  if (const auto why = state_->clock_fault()) return fail(ErrorCode::kUnavailable, "clock-behind", *why);
  if (const auto why = state_->outbox_fault()) return fail(ErrorCode::kUnavailable, "outbox-full", *why);
  return {};
}

void Service::write_late(LateWork work, std::function<void(const Status&)> done) {
  state_->late_writes.write(std::move(work), std::move(done));
}

void Service::take_turn(Part part) {
  switch (part) {
    case Part::kLateWrites:
      return state_->late_writes.turn();
    case Part::kConsumer:
      return state_->consumer.turn();
    case Part::kTimers:
      return state_->timers.turn();
    case Part::kRelay:
      (void)state_->relay.turn();  // it notes itself what failed
      return;
  }
}

Result<store::Outbox::Letter> Service::letter(std::string to, std::string type, std::string incident_id,
                                              Json body, const Trace& trace) const {
  Message message;
  message.from = state_->config.name;
  message.to = std::move(to);
  message.type = std::move(type);
  message.incident_id = std::move(incident_id);
  message.traceparent = trace.child().traceparent();
  message.created_us = to_us(state_->clock.now());
  message.body = std::move(body);
  return store::Outbox::prepare(std::move(message));
}

Status Service::send(store::Tx& tx, const store::Outbox::Letter& letter) {
  RESCUE_TRY(store::Outbox::put(tx, letter, state_->relay.name()));
  tx.after_commit([this] { state_->relay.added(); });
  return {};
}

Status Service::send(store::Tx& tx, std::string to, std::string type, std::string incident_id, Json body,
                     const Trace& trace) {
  RESCUE_ASSIGN(const auto ready,
                letter(std::move(to), std::move(type), std::move(incident_id), std::move(body), trace));
  return send(tx, ready);
}

void Service::start() {
  try {
    state_->start();
  } catch (...) {
    // The caller's parts that handlers use may be gone before this object is.
    state_->stop();
    throw;
  }
}
int Service::http_port() const {
  return state_->http ? state_->http->port() : 0;
}
int Service::slow_port() const {
  return state_->slow ? state_->slow->port() : -1;
}
int Service::metrics_port() const {
  return state_->exposer ? state_->exposer->port() : -1;
}
void Service::stop() {
  state_->stop();
}

int Service::run(const std::function<void()>& drain) {
  block_termination_signals();
  start();
  const int signal = wait_for_termination();
  log().info("service.draining", {{"signal", signal}});
  if (drain) drain();
  stop();
  return 0;
}

Trace trace_of(const Message& message) {
  return trace_of(message.traceparent);
}

Trace trace_of(const std::string& traceparent) {
  return Trace::parse(traceparent).value_or(Trace::start());
}

}  // namespace rescue::service
