#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "rescue/http/api_keys.hpp"
#include "rescue/http/message.hpp"
#include "rescue/log/logger.hpp"
#include "rescue/telemetry/metrics.hpp"

namespace rescue::http {

/// Runs on one of the server's threads; must answer on it. Returning an Error gives its problem document. A
/// throw of any kind is caught and gives a 500 with the code "internal-error" and the request id, never the
/// exception's text.
using Handler = std::function<Result<Response>(const Request&)>;

/// Gives a request its answer: once, from any thread, without blocking. One that is never called leaves its
/// client waiting until it goes.
using Answer = std::function<void(Result<Response>)>;
/// For answers that others have to be waited for (a commit that many share): returns at once, so that its
/// thread can take the next request, and sees to it that `answer` is called. The request is gone when it
/// returns. A throw is caught as with Handler; it must not have called `answer` then.
using LateHandler = std::function<void(const Request&, Answer answer)>;

struct Route {
  Method method = Method::kGet;
  std::string pattern = {};  ///< "/v1/incidents/{id}/orders"; a {name} takes one non-empty path segment
  std::set<std::string> roles = {};  ///< who may; empty: anyone, without a key (health checks only)
  Handler handler = {};
  LateHandler late_handler = {};  ///< instead of handler
  std::size_t body_bytes_max = 256 * 1024;
};

/// The one place that knows Pistache, and its guard: see README.md for the list of its faults and where each
/// is stopped.
class Server {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    int port = 0;  ///< 0: the kernel chooses
    int threads = 8;
    std::chrono::milliseconds request_timeout{10'000};  ///< to receive head and body
    std::chrono::milliseconds keep_alive_timeout{60'000};
    std::chrono::milliseconds drain_timeout{10'000};
    std::size_t head_bytes_max = 16 * 1024;  ///< request line and header fields; the line may take half of it
    int connections_max = 2'048;             ///< fewer when the process may not have so many descriptors
  };
  /// All routes are known before the start; throws std::runtime_error when two of them take the same
  /// requests. Serves HEAD with GET's handler and OPTIONS by itself. `keys`, `log` and `metrics` must outlive
  /// the server.
  Server(Options options, std::vector<Route> routes, const ApiKeys& keys, const log::Logger& log,
         telemetry::Metrics& metrics);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Listens when it returns. Throws std::runtime_error when the address is taken. Raises the process's soft
  /// limit of descriptors when connections_max needs it. Call it once.
  void start();
  int port() const;
  /// Stops accepting, lets requests in flight finish and their answers leave (bounded by drain_timeout; a
  /// handler that runs longer is waited for), then ends. Idempotent, from any thread but the server's own.
  void drain();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rescue::http
