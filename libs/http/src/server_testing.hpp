#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "raw_client_testing.hpp"
#include "rescue/http/server.hpp"

namespace rescue::http {

/// A server on a port of the kernel's choice with a key for each role, and what it logged.
class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    std::string list;
    for (const auto& role : ApiKeys::roles()) {
      const auto key = *make_api_key("key-" + role.substr(0, 3), role, role);
      tokens[role] = key.token;
      list += (list.empty() ? "" : ",") +
              dump_json({{"id", key.entry.id}, {"role", role}, {"name", role}, {"sha256", key.entry.sha256}});
    }
    keys = *ApiKeys::parse("{\"keys\":[" + list + "]}");
  }
  ~ServerTest() override {
    server.reset();
    std::fclose(log_file);
  }

  int start(std::vector<Route> routes, Server::Options options = {}) {
    server = std::make_unique<Server>(options, std::move(routes), keys, log, metrics);
    server->start();
    return server->port();
  }
  std::string bearer(const std::string& role) { return "Authorization: Bearer " + tokens[role] + "\r\n"; }
  std::string logged() const {
    std::string all(static_cast<std::size_t>(::lseek(::fileno(log_file), 0, SEEK_END)), '\0');
    EXPECT_GE(::pread(::fileno(log_file), all.data(), all.size(), 0), 0);
    return all;
  }

  std::map<std::string, std::string> tokens;
  std::FILE* log_file = std::tmpfile();
  SystemClock clock;
  log::Logger log{{.service = "test", .fd = ::fileno(log_file)}, clock};
  telemetry::Metrics metrics;
  ApiKeys keys;
  std::unique_ptr<Server> server;
};

inline Route open_route(Method method, std::string pattern, Handler handler) {
  return {.method = method, .pattern = std::move(pattern), .roles = {}, .handler = std::move(handler)};
}

}  // namespace rescue::http
