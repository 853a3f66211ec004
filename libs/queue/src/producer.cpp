#include <algorithm>
#include <array>
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
std::int64_t time_of(std::string_view entry_id) {
  std::int64_t ms = 0;
  std::from_chars(entry_id.data(), entry_id.data() + entry_id.size(), ms);
  return ms;
}

/// One moment's view: between single commands Redis could be emptied.
constexpr std::string_view kStanding =
    "return {redis.call('INFO', 'server'), redis.call('GET', KEYS[1]) or '', redis.call('INFO', 'memory'),"
    " redis.call('INFO', 'replication')}";
constexpr std::string_view kSetMark =
    "if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end"
    " redis.call('SET', KEYS[1], ARGV[2]) return 1";

std::string line_of(std::string_view info, std::string_view name) {
  const auto begin = info.find(std::string(name) + ":");
  if (begin == std::string::npos) return {};
  const auto value = begin + name.size() + 1;
  return std::string(info.substr(value, info.find_first_of("\r\n", value) - value));
}

}  // namespace

std::string mark_key(const std::string& service) {
  return "rescue:mark:" + service;
}

std::string stream_key(const std::string& service) {
  return "rescue:stream:" + service;
}

struct Producer::State {
  explicit State(RedisOptions options) : sealer(options.secrets), connection(std::move(options)) {}
  Sealer sealer;
  Connection connection;
  Script standing{kStanding, {}};
  Script set_mark{kSetMark, {}};

  Status publish_some(std::span<const Outgoing> messages) {
    RESCUE_TRY(connection.ensure());
    for (const Outgoing& message : messages) {
      const std::string key = stream_key(message.stream);
      const std::string seal = sealer.seal(key, message.payload);
      connection.append(
          std::array<std::string_view, 7>{"XADD", key, "*", kPayload, message.payload, kSeal, seal});
    }
    RESCUE_TRY(connection.failpoint("queue.publish.before"));
    RESCUE_ASSIGN(const auto replies, all(messages.size()));
    return connection.failpoint("queue.publish.after");
  }

  /// The replies to the last `count` commands. An error reply is an error, after all have come.
  Result<std::vector<Reply>> all(std::size_t count) {
    std::vector<Reply> replies;
    for (std::size_t i = 0; i < count; ++i) {
      RESCUE_ASSIGN(Reply reply, connection.receive());
      replies.push_back(std::move(reply));
    }
    const auto bad =
        std::find_if(replies.begin(), replies.end(), [](const Reply& reply) { return reply.is_error(); });
    if (bad != replies.end()) return refused(*bad);
    return replies;
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

Result<Sender::Depth> Producer::depth(const std::string& service, std::int64_t now_us) {
  const std::string key = stream_key(service);
  Connection& connection = state_->connection;
  RESCUE_TRY(connection.ensure());
  connection.append(Connection::Command{"XLEN", key});
  connection.append(Connection::Command{"XRANGE", key, "-", "+", "COUNT", "1"});
  RESCUE_ASSIGN(const auto replies, state_->all(2));
  Depth depth;
  depth.length = replies[0].integer();
  if (replies[1].size() > 0) {
    depth.oldest_age_ms = std::max<std::int64_t>(0, now_us / 1'000 - time_of(replies[1].at(0).at(0).text()));
  }
  return depth;
}

Result<std::vector<std::int64_t>> Producer::lengths(std::span<const std::string> services) {
  RESCUE_TRY(state_->connection.ensure());
  for (const auto& service : services) {
    state_->connection.append(Connection::Command{"XLEN", stream_key(service)});
  }
  RESCUE_ASSIGN(const auto replies, state_->all(services.size()));
  std::vector<std::int64_t> lengths;
  for (const Reply& reply : replies) lengths.push_back(reply.integer());
  return lengths;
}

Result<Sender::Standing> Producer::standing(const std::string& sender) {
  const std::string key = mark_key(sender);
  RESCUE_ASSIGN(const Reply reply, state_->connection.run_script(state_->standing, {"1", key}));
  if (reply.is_error()) return refused(reply);
  // One that was master a moment ago would take nothing; the next connection leads to the present one.
  if (line_of(reply.at(3).text(), "role") != "master") return state_->connection.leave("it is no master");
  return Standing{line_of(reply.at(0).text(), "run_id"), std::string(reply.at(1).text()),
                  line_of(reply.at(2).text(), "maxmemory_policy")};
}

Result<bool> Producer::set_mark(const std::string& sender, const std::string& expected,
                                const std::string& mark) {
  const std::string key = mark_key(sender);
  RESCUE_ASSIGN(const Reply reply,
                state_->connection.run_script(state_->set_mark, {"1", key, expected, mark}));
  if (reply.is_error()) return refused(reply);
  return reply.integer() == 1;
}

}  // namespace rescue::queue
