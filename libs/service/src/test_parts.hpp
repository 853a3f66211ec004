#pragma once

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "rescue/http/api_keys.hpp"
#include "rescue/http/client.hpp"
#include "rescue/queue/testing/redis_server.hpp"
#include "rescue/service/service.hpp"

namespace rescue::service::testing {

/// Waits for a state, not for a time: false only when something is broken.
inline bool reaches(const std::function<bool()>& state) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!state()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

/// A directory with a key file of one operator; removed at the end.
class Room {
 public:
  Room() {
    std::string name = std::filesystem::temp_directory_path() / "rescue-service-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
    const auto key = http::make_api_key("op", "operator", "operator of the tests");
    if (!key) throw std::runtime_error(key.error().detail);
    token = key->token;
    std::ofstream(path_ + "/keys.json") << dump_json({{"keys",
                                                       {{{"id", key->entry.id},
                                                         {"role", key->entry.role},
                                                         {"name", key->entry.name},
                                                         {"sha256", key->entry.sha256}}}}});
  }
  ~Room() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  ServiceConfig config(const std::string& name, const queue::RedisOptions& redis) const {
    ServiceConfig config;
    config.name = name;
    config.http_threads = 2;
    config.metrics_port = -1;
    config.database_url = "sqlite://" + path_ + "/" + name + ".db";
    config.redis = redis;
    config.keys_file = path_ + "/keys.json";
    config.log_level = log::Level::kError;
    config.retry = {
        .tries_max = 3, .first = std::chrono::milliseconds(1), .longest = std::chrono::milliseconds(5)};
    return config;
  }
  http::Client client(int port) const {
    http::Client::Options options;
    options.base_url = "http://127.0.0.1:" + std::to_string(port);
    options.token = token;
    return http::Client(options);
  }
  const std::string& path() const { return path_; }
  std::string token;

 private:
  std::string path_;
};

inline constexpr EmbeddedFile kLedger[] = {
    {"0001_ledger.sql",
     "CREATE TABLE ledger (line BIGINT PRIMARY KEY, incident_id TEXT NOT NULL, number BIGINT NOT NULL);"}};

/// Writes the number of each "count" message into the ledger, in the order of its taking effect.
inline Status write_down(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(const auto last, tx.find("SELECT COALESCE(MAX(line), 0) FROM ledger"));
  RESCUE_TRY(
      tx.execute("INSERT INTO ledger (line, incident_id, number) VALUES (?, ?, ?)",
                 {last->integer(0) + 1, message.incident_id, message.body.at("number").get<std::int64_t>()}));
  return {};
}

inline std::vector<std::int64_t> ledger(store::Database& database, const std::string& incident_id) {
  const auto rows = database.read([&](store::Tx& tx) {
    return tx.query("SELECT number FROM ledger WHERE incident_id = ? ORDER BY line", {incident_id});
  });
  if (!rows) throw std::runtime_error(rows.error().detail);
  std::vector<std::int64_t> out;
  for (const auto& row : *rows) out.push_back(row.integer(0));
  return out;
}

inline Status send_count(Service& from, const std::string& to, const std::string& incident_id,
                         std::int64_t number) {
  return from.database().write([&](store::Tx& tx) -> Status {
    return from.send(tx, to, "count", incident_id, {{"number", number}}, Trace::start());
  });
}

}  // namespace rescue::service::testing
