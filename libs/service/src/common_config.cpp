#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>

#include "rescue/service/service.hpp"

namespace rescue::service {
namespace {

constexpr std::size_t kPasswordBytesMax = 1'000;
constexpr std::size_t kReplicaBytesMax = 64;
constexpr int kPortMax = 65'535;

/// The first line of the file. A fault never shows its content.
std::string read_password(config::Source& source, std::string_view key) {
  const std::string path = source.text(key, "");
  if (path.empty()) return {};
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || line.empty() || line.size() > kPasswordBytesMax) {
    source.fault(key, "cannot read a password from the first line of " + path);
    return {};
  }
  return line;
}

log::Level read_level(config::Source& source) {
  const std::string text = source.text("log.level", "info");
  if (text == "debug") return log::Level::kDebug;
  if (text == "warn") return log::Level::kWarn;
  if (text == "error") return log::Level::kError;
  if (text != "info") source.fault("log.level", "must be debug, info, warn or error");
  return log::Level::kInfo;
}

int read_int(config::Source& source, std::string_view key, int fallback, int min, int max) {
  return static_cast<int>(source.integer(key, fallback, min, max));
}

std::string host_name() {
  std::array<char, 65> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

/// It becomes part of names in Redis and in the database: letters, digits, '.', '_' and '-'.
std::string read_replica(config::Source& source, bool shared) {
  std::string replica = source.text("replica", "");
  if (replica.empty() && shared) replica = host_name();
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  if (replica.size() > kReplicaBytesMax || !std::all_of(replica.begin(), replica.end(), plain)) {
    source.fault("replica", "must have at most 64 letters, digits, '.', '_' and '-'");
  }
  return replica;
}

/// "host:port,host:port", in the order in which they are asked.
std::vector<queue::Address> read_sentinels(config::Source& source) {
  std::vector<queue::Address> sentinels;
  std::istringstream list(source.text("redis.sentinels", ""));
  for (std::string item; std::getline(list, item, ',');) {
    item.erase(0, item.find_first_not_of(' '));
    const auto colon = item.rfind(':');
    queue::Address at{item.substr(0, colon)};
    if (colon != std::string::npos) {
      std::from_chars(item.data() + colon + 1, item.data() + item.size(), at.port);
    }
    if (at.host.empty() || at.port < 1 || at.port > kPortMax) {
      source.fault("redis.sentinels", "must be host:port, several of them with commas between");
    }
    sentinels.push_back(std::move(at));
  }
  return sentinels;
}

queue::RedisOptions read_redis(config::Source& source) {
  queue::RedisOptions redis;
  redis.host = source.text("redis.host", redis.host);
  redis.port = read_int(source, "redis.port", redis.port, 1, kPortMax);
  redis.user = source.text("redis.user", "");
  redis.password = read_password(source, "redis.password_file");
  redis.sentinels = read_sentinels(source);
  redis.master_name = source.text("redis.master_name", "");
  redis.sentinel_user = source.text("redis.sentinel_user", "");
  redis.sentinel_password = read_password(source, "redis.sentinel_password_file");
  if (redis.sentinels.empty() != redis.master_name.empty()) {
    source.fault("redis.master_name", "goes with redis.sentinels: both or none");
  }
  return redis;
}

}  // namespace

ServiceConfig read_common(config::Source& source, std::string name, int http_port, int metrics_port) {
  ServiceConfig config;
  config.name = std::move(name);
  config.address = source.text("http.address", config.address);
  config.http_port = read_int(source, "http.port", http_port, 0, kPortMax);
  config.http_threads = read_int(source, "http.threads", config.http_threads, 1, 256);
  config.slow_port = read_int(source, "http.slow_port", config.slow_port, -1, kPortMax);
  config.slow_threads = read_int(source, "http.slow_threads", config.slow_threads, 1, 256);
  config.metrics_port = read_int(source, "metrics.port", metrics_port, 0, kPortMax);
  config.database_url = source.required_text("database.url");
  config.redis = read_redis(source);
  config.redis_secret_file = source.required_text("redis.secret_file");
  config.keys_file = source.required_text("keys.file");
  config.replica = read_replica(source, config.database_url.starts_with("postgresql:"));
  const std::string consumer = config.replica.empty() ? config.name : config.name + "-" + config.replica;
  config.consumer_name = source.text("redis.consumer", consumer);
  config.log_level = read_level(source);
  config.outbox_max = source.integer("outbox.max", config.outbox_max, 1, 100'000'000);
  config.clock_tolerance = source.milliseconds("clock.tolerance_ms", config.clock_tolerance);
  return config;
}

}  // namespace rescue::service
