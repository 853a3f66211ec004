#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include "command.hpp"
#include "program.hpp"
#include "rescue/http/server.hpp"

namespace rescue::ctl {

using http::Method;

/// The program against a real HTTP server that answers as the services do.
class Program : public ::testing::Test {
 protected:
  Program() {
    std::string name = std::filesystem::temp_directory_path() / "rescuectl-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no directory");
    directory = name;
    const auto key = *http::make_api_key("ops", "operator", "operator of the tests");
    token = key.token;
    keys = *http::ApiKeys::parse(dump_json({{"keys",
                                             {{{"id", key.entry.id},
                                               {"role", key.entry.role},
                                               {"name", key.entry.name},
                                               {"sha256", key.entry.sha256}}}}}));
  }
  ~Program() override {
    if (server) server->drain();
    std::filesystem::remove_all(directory);
  }

  /// Answers `body` to `method` `pattern` and remembers what was asked.
  void route(Method method, const std::string& pattern, Result<Json> body) {
    http::Route route;
    route.method = method;
    route.pattern = pattern;
    route.roles = {"operator"};
    route.handler = [this, body](const http::Request& request) -> Result<http::Response> {
      const std::lock_guard lock(mutex);
      requests.push_back(request);
      if (!body) return fail(body.error());
      return http::Response::json(request.method == Method::kPost ? 201 : 200, *body);
    };
    routes.push_back(std::move(route));
  }

  int run(std::vector<std::string> arguments) {
    if (!server && !routes.empty()) {
      server =
          std::make_unique<http::Server>(http::Server::Options{.threads = 1}, routes, keys, log, metrics);
      server->start();
    }
    const auto environment = [&](const std::string& name) -> std::optional<std::string> {
      if (name == "RESCUE_TOKEN") return token;
      if (name == "RESCUE_URL" && server) return "http://127.0.0.1:" + std::to_string(server->port());
      return std::nullopt;
    };
    out.str("");
    err.str("");
    return run_program(arguments, environment, out, err);
  }
  http::Request last() {
    const std::lock_guard lock(mutex);
    return requests.at(requests.size() - 1);
  }

  std::string directory;
  std::string token;
  http::ApiKeys keys;
  SystemClock clock;
  log::Logger log{{.service = "test", .fd = 2, .minimum = log::Level::kError}, clock};
  telemetry::Metrics metrics;
  std::vector<http::Route> routes;
  std::unique_ptr<http::Server> server;
  std::mutex mutex;
  std::vector<http::Request> requests;
  std::ostringstream out;
  std::ostringstream err;
};

inline Json page(Json items, Json cursor = nullptr) {
  return {{"items", std::move(items)}, {"next_cursor", std::move(cursor)}};
}

inline const Json kIncident = {
    {"incident_id", "inc_1"}, {"state", "confirmed"},    {"server_id", "srv-1001"},
    {"customer", "C-1001"},   {"category", "intrusion"}, {"waiting_for_customer", "choice"},
    {"opened_at", "t1"},      {"changed_at", "t2"},      {"version", 4}};

}  // namespace rescue::ctl
