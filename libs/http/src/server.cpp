#include "rescue/http/server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pistache/reactor.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>

#include "acceptor.hpp"
#include "worker.hpp"

namespace rescue::http {
namespace {

/// Descriptors that are kept for everything but connections.
constexpr rlim_t kDescriptorsReserved = 256;

/// So many connections fit under the process's limit of descriptors, which is raised as far as it may be.
int connections_that_fit(int wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const rlim_t needed = static_cast<rlim_t>(wanted) + kDescriptorsReserved;
  if (limit.rlim_cur < needed) {
    limit.rlim_cur = std::min(needed, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= needed) return wanted;
  return static_cast<int>(std::max<rlim_t>(limit.rlim_cur, 2 * kDescriptorsReserved) - kDescriptorsReserved);
}

ConnectionLimits limits_of(const Server::Options& options) {
  return {.head = {.line_bytes_max = options.head_bytes_max / 2,
                   .head_bytes_max = options.head_bytes_max,
                   .fields_max = 64},
          .request_timeout = options.request_timeout,
          .keep_alive_timeout = options.keep_alive_timeout};
}

}  // namespace

struct Server::State {
  State(Options given, std::vector<Route> routes, const ApiKeys& keys, const log::Logger& log,
        telemetry::Metrics& metrics)
      : options(std::move(given)),
        dispatcher(std::move(routes), keys, log, metrics),
        shared(std::make_shared<Shared>()) {
    shared->dispatcher = &dispatcher;
    shared->limits = limits_of(options);
    shared->log = &log;
    shared->connections = metrics.gauge("rescue_http_connections", "Open HTTP connections");
    refused = metrics.counter("rescue_http_connections_refused_total",
                              "Connections closed at once: too many are open");
  }

  void take(int fd) {
    if (shared->open >= connections_max) {
      refused.add();
      ::close(fd);
      return;
    }
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    ++shared->open;
    Worker* least = workers.front().get();
    for (const auto& worker : workers) {
      if (worker->load() < least->load()) least = worker.get();
    }
    least->hand_over(fd);
  }

  void wait_until_drained() const {
    const auto end = std::chrono::steady_clock::now() + options.drain_timeout;
    while (shared->open > 0 && std::chrono::steady_clock::now() < end) {
      for (const auto& worker : workers) worker->wake();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  Options options;
  Dispatcher dispatcher;
  std::shared_ptr<Shared> shared;
  telemetry::Counter refused;
  int connections_max = 0;
  std::mutex mutex;
  std::shared_ptr<Pistache::Aio::Reactor> reactor;
  std::vector<std::shared_ptr<Worker>> workers;
  std::unique_ptr<Acceptor> acceptor;
  int port = 0;
};

Server::Server(Options options, std::vector<Route> routes, const ApiKeys& keys, const log::Logger& log,
               telemetry::Metrics& metrics)
    : state_(std::make_unique<State>(std::move(options), std::move(routes), keys, log, metrics)) {}

Server::~Server() {
  drain();
}

void Server::start() {
  const std::lock_guard lock(state_->mutex);
  auto& state = *state_;
  state.acceptor = std::make_unique<Acceptor>(state.options.address, state.options.port);
  state.port = state.acceptor->port();
  state.connections_max = connections_that_fit(state.options.connections_max);
  state.reactor = Pistache::Aio::Reactor::create();
  state.reactor->init(Pistache::Aio::AsyncContext(static_cast<std::size_t>(state.options.threads), "http"));
  const auto key = state.reactor->addHandler(std::make_shared<Worker>(state.shared));
  for (const auto& handler : state.reactor->handlers(key)) {
    state.workers.push_back(std::static_pointer_cast<Worker>(handler));
  }
  state.reactor->run();
  state.acceptor->start([&state](int fd) { state.take(fd); });
}

int Server::port() const {
  return state_->port;
}

void Server::drain() {
  const std::lock_guard lock(state_->mutex);
  auto& state = *state_;
  if (!state.acceptor) return;
  state.shared->draining = true;
  state.acceptor->stop();
  state.wait_until_drained();
  state.reactor->shutdown();
  state.workers.clear();
  state.reactor.reset();  // joins the loops' threads
  for (const auto& arrival : state.shared->arrivals.take(SIZE_MAX)) ::close(arrival.fd);
  state.acceptor.reset();
}

}  // namespace rescue::http
