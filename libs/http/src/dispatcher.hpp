#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

#include "head.hpp"
#include "rescue/http/server.hpp"
#include "router.hpp"

namespace rescue::http {

/// One request on its way through: made from its head, before a byte of its body was looked at.
struct Exchange {
  const Route* route = nullptr;
  std::string method;
  Request request;
  std::size_t content_length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
  std::optional<Response> refusal;                ///< set: the answer is known already; the body is not read
  std::chrono::steady_clock::time_point started;  ///< when its last byte was there
};

/// From a checked head to an answer on the wire: route, limits, credentials, handler, log line, metrics.
/// Thread-safe; never throws.
class Dispatcher {
 public:
  Dispatcher(std::vector<Route> routes, const ApiKeys& keys, const log::Logger& log,
             telemetry::Metrics& metrics);

  /// What can be said from the head alone: 404, 405, 413, 401, 403 and the answer to OPTIONS are refusals.
  Exchange admit(RequestHead head) const;
  /// Not health, metrics or what has no route: those change nothing and promise nothing.
  static bool is_of_the_api(const Exchange& exchange);
  /// The exchange's answer as bytes, after its handler ran (or its refusal). `keep_alive` says what the
  /// connection will do.
  std::string answer(Exchange& exchange, bool keep_alive) const;
  /// Its handler answers later: it goes to `begin`, and `finish` makes bytes of what that gave.
  static bool is_late(const Exchange& exchange);
  void begin(Exchange& exchange, Answer answer) const;
  std::string finish(Exchange& exchange, Result<Response> result, bool keep_alive) const;
  /// The answer to bytes that are no request; the connection ends after it.
  std::string answer_fault(const Error& error) const;

 private:
  void set_route(Exchange& exchange, RequestHead& head) const;
  void check_caller(Exchange& exchange) const;
  /// The result of `call`, or a 500 for what it throws.
  template <class Call>
  static Result<Response> caught(Call&& call);
  void before_answer(Exchange& exchange) const;
  /// What can be sent: an error's problem document, and a 500 for a response that is not fit to be sent.
  Response presentable(const Exchange& exchange, Result<Response> result) const;
  std::string wire(const Exchange& exchange, Response response, bool keep_alive) const;
  void refuse(Exchange& exchange, const Error& error) const;
  void record(const Exchange& exchange, int status, double seconds) const;

  /// What is counted for one route, method and status.
  struct Series {
    telemetry::Counter requests;
    telemetry::Histogram seconds;
  };
  Series series_of(const Exchange& exchange, const char* method, int status) const;

  Router router_;
  const ApiKeys* keys_;
  const log::Logger* log_;
  telemetry::Metrics* metrics_;
  /// Looking a series up by its labels costs more than counting in it.
  mutable std::mutex mutex_;
  mutable std::map<std::tuple<const Route*, const char*, int>, std::optional<Series>> series_;
};

}  // namespace rescue::http
