#include "service_room.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>

#include "rescue/base/id.hpp"

namespace rescue::contract {
namespace {

constexpr std::chrono::seconds kPatience{60};

http::Client::Options client_options(int port, std::string token) {
  http::Client::Options options;
  options.base_url = "http://127.0.0.1:" + std::to_string(port);
  options.token = std::move(token);
  options.read_timeout = kPatience;
  return options;
}

}  // namespace

bool reaches(const std::function<bool()>& state) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::mutex mutex;
  std::condition_variable nobody;
  std::unique_lock lock(mutex);
  while (!state()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    nobody.wait_for(lock, std::chrono::milliseconds(2));  // leaves the processor to what is waited for
  }
  return true;
}

ServiceRoom::ServiceRoom() {
  std::string name = std::filesystem::temp_directory_path() / "rescue-room-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
  Json keys = Json::array();
  for (const auto& [caller, role] : std::map<std::string, std::string>{{"web_form", "web_form"},
                                                                       {"reporter", "reporter"},
                                                                       {"other_reporter", "reporter"},
                                                                       {"internal", "internal"},
                                                                       {"operator", "operator"},
                                                                       {"other_operator", "operator"}}) {
    std::string id = caller;
    std::replace(id.begin(), id.end(), '_', '-');
    const auto key = http::make_api_key(id, role, caller + " of the tests");
    if (!key) throw std::runtime_error(key.error().detail);
    tokens_[caller] = key->token;
    keys.push_back({{"id", key->entry.id},
                    {"role", key->entry.role},
                    {"name", key->entry.name},
                    {"sha256", key->entry.sha256}});
  }
  std::ofstream(path_ + "/keys.json") << dump_json({{"keys", keys}});
}

ServiceRoom::~ServiceRoom() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

service::ServiceConfig ServiceRoom::config(const std::string& service,
                                           const queue::RedisOptions& redis) const {
  service::ServiceConfig config;
  config.name = service;
  config.http_threads = 2;
  config.slow_threads = 8;
  config.metrics_port = -1;  // its library takes two seconds to stop
  config.database_url = "sqlite://" + path_ + "/" + service + ".db";
  config.redis = redis;
  config.keys_file = path_ + "/keys.json";
  config.consumer_name = service;
  config.log_level = log::Level::kError;
  return config;
}

queue::RedisOptions absent_redis() {
  queue::RedisOptions options;
  options.host = "127.0.0.1";
  options.port = 1;
  options.connect_timeout = std::chrono::milliseconds(100);
  return options;
}

Door::Door(OpenApi& api, int port, std::string token)
    : api_(&api), client_(client_options(port, std::move(token))) {}

std::string Door::Answer::problem() const {
  const std::string prefix = "urn:rescue:problem:";
  const auto type = body.is_object() ? body.value("type", "") : "";
  return type.starts_with(prefix) ? type.substr(prefix.size()) : "";
}

Door::Answer Door::checked(const std::string& method, const std::string& path,
                           Result<http::ClientResponse> response) {
  if (!response) throw std::runtime_error(method + " " + path + ": " + response.error().detail);
  const auto fault = api_->answer_fault(method, path, *response);
  if (!fault.empty()) ADD_FAILURE() << method << " " << path << ": " << fault << "\n" << response->body;
  return {response->status, parse_json(response->body).value_or(Json()), response->body, response->headers};
}

Door::Answer Door::get(const std::string& path) {
  return checked("GET", path, client_.get(path));
}

Door::Answer Door::post(const std::string& path, const Json& body, const std::string& idempotency_key,
                        const std::map<std::string, std::string>& headers) {
  auto all = headers;
  all["Idempotency-Key"] = idempotency_key.empty() ? random_hex(16) : idempotency_key;
  return checked("POST", path, client_.post(path, body, all));
}

Door::Answer Door::post_bytes(const std::string& path, const std::string& bytes,
                              const std::string& content_type, const std::string& idempotency_key) {
  const auto key = idempotency_key.empty() ? random_hex(16) : idempotency_key;
  return checked("POST", path, client_.post_bytes(path, bytes, content_type, {{"Idempotency-Key", key}}));
}

Neighbour::Neighbour(const queue::RedisOptions& redis, const std::string& name)
    : name_(name), producer_(redis), consumer_(redis, name, name + "-of-the-tests") {}

Message Neighbour::expect(std::string_view type) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto deliveries = consumer_.read(1, std::chrono::milliseconds(200));
    if (!deliveries || deliveries->empty()) continue;
    const auto& delivery = deliveries->front();
    const std::vector<std::string> entry_ids = {delivery.entry_id};
    const auto acknowledged = consumer_.acknowledge(entry_ids);
    auto message = decode_message(delivery.payload);
    if (!acknowledged || !message || !received_.insert(message->id).second) continue;
    if (message->type == type) return *std::move(message);
  }
  throw std::runtime_error("no " + std::string(type) + " came to " + name_);
}

void Neighbour::send(const std::string& to, std::string_view type, const std::string& incident_id, Json body,
                     std::int64_t created_us) {
  Message message;
  message.id = make_id("msg", SystemClock().now());
  message.from = name_;
  message.to = to;
  message.type = type;
  message.incident_id = incident_id;
  message.sequence = ++sequence_[to + " " + incident_id];
  message.traceparent = Trace::start().traceparent();
  message.created_us = created_us;
  message.body = std::move(body);
  const std::vector<queue::Outgoing> outgoing = {{.stream = to, .payload = encode_message(message)}};
  const auto sent = producer_.publish(outgoing);
  if (!sent) throw std::runtime_error(sent.error().detail);
}

}  // namespace rescue::contract
