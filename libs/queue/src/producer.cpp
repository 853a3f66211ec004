#include <algorithm>
#include <charconv>

#include "connection.hpp"
#include "keys.hpp"
#include "rescue/queue/redis.hpp"
#include "seal.hpp"

namespace rescue::queue {
namespace {

/// What is sent before replies are read: bounds the memory on both sides.
constexpr std::size_t kPipelineMax = 256;

/// Milliseconds of an entry id "<ms>-<number>".
std::int64_t time_of(const std::string& entry_id) {
  std::int64_t ms = 0;
  std::from_chars(entry_id.data(), entry_id.data() + entry_id.size(), ms);
  return ms;
}

/// One moment's view: between single commands Redis could be emptied.
constexpr std::string_view kStanding =
    "return {redis.call('INFO', 'server'), redis.call('GET', KEYS[1]) or '', redis.call('INFO', 'memory')}";
constexpr std::string_view kSetMark =
    "if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end"
    " redis.call('SET', KEYS[1], ARGV[2]) return 1";

std::string line_of(const std::string& info, std::string_view name) {
  const auto begin = info.find(std::string(name) + ":");
  if (begin == std::string::npos) return {};
  const auto value = begin + name.size() + 1;
  return info.substr(value, info.find_first_of("\r\n", value) - value);
}

}  // namespace

std::string mark_key(const std::string& service) {
  return "rescue:mark:" + service;
}

std::string stream_key(const std::string& service) {
  return "rescue:stream:" + service;
}

struct Producer::State {
  explicit State(RedisOptions options)
      : secret(options.secrets.empty() ? "" : options.secrets.front()), connection(std::move(options)) {}
  std::string secret;  ///< "": nothing is sealed
  Connection connection;

  Status publish_some(std::span<const Outgoing> messages) {
    std::vector<std::string> keys;
    std::vector<std::string> seals;
    for (const Outgoing& message : messages) {
      keys.push_back(stream_key(message.stream));
      seals.push_back(secret.empty() ? "" : seal(secret, keys.back(), message.payload));
    }
    std::vector<Connection::Command> commands;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      commands.push_back({"XADD", keys[i], "*", kPayload, messages[i].payload, kSeal, seals[i]});
    }
    RESCUE_TRY(connection.failpoint("queue.publish.before"));
    RESCUE_ASSIGN(const auto replies, connection.run_all(commands));
    RESCUE_TRY(connection.failpoint("queue.publish.after"));
    const auto bad =
        std::find_if(replies.begin(), replies.end(), [](const Reply& reply) { return reply.is_error(); });
    if (bad != replies.end()) return refused(*bad);
    return {};
  }
};

Producer::Producer(RedisOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Producer::~Producer() = default;

Status Producer::publish(std::span<const Outgoing> messages) {
  while (!messages.empty()) {
    const std::size_t count = std::min(messages.size(), kPipelineMax);
    RESCUE_TRY(state_->publish_some(messages.first(count)));
    messages = messages.subspan(count);
  }
  return {};
}

Status Producer::ping() {
  RESCUE_ASSIGN(const Reply reply, state_->connection.run({"PING"}));
  if (reply.is_error()) return refused(reply);
  return {};
}

Result<Producer::Depth> Producer::depth(const std::string& service, std::int64_t now_us) {
  const std::string key = stream_key(service);
  RESCUE_ASSIGN(const auto replies,
                state_->connection.run_all({{"XLEN", key}, {"XRANGE", key, "-", "+", "COUNT", "1"}}));
  for (const Reply& reply : replies) {
    if (reply.is_error()) return refused(reply);
  }
  Depth depth;
  depth.length = replies[0].integer();
  if (replies[1].size() > 0) {
    depth.oldest_age_ms = std::max<std::int64_t>(0, now_us / 1'000 - time_of(replies[1].at(0).at(0).text()));
  }
  return depth;
}

Result<Producer::Standing> Producer::standing(const std::string& sender) {
  const std::string key = mark_key(sender);
  RESCUE_ASSIGN(const Reply reply, state_->connection.run({"EVAL", kStanding, "1", key}));
  if (reply.is_error()) return refused(reply);
  return Standing{line_of(reply.at(0).text(), "run_id"), reply.at(1).text(),
                  line_of(reply.at(2).text(), "maxmemory_policy")};
}

Result<bool> Producer::set_mark(const std::string& sender, const std::string& expected,
                                const std::string& mark) {
  const std::string key = mark_key(sender);
  RESCUE_ASSIGN(const Reply reply, state_->connection.run({"EVAL", kSetMark, "1", key, expected, mark}));
  if (reply.is_error()) return refused(reply);
  return reply.integer() == 1;
}

}  // namespace rescue::queue
