#include <algorithm>
#include <atomic>

#include "connection.hpp"
#include "keys.hpp"
#include "rescue/queue/redis.hpp"
#include "seal.hpp"

namespace rescue::queue {
namespace {

using Clock = std::chrono::steady_clock;

/// One call to Redis; acknowledging takes the entry out of the stream, so that its length is what is not yet
/// handled. KEYS: our stream, then a stream for each receipt. ARGV: group, fields of payload and seal, number
/// of entries, the entries, payload and seal of each receipt.
constexpr std::string_view kAcknowledge =
    "local last = 4 + tonumber(ARGV[4])"
    " if last > 4 then"
    "  redis.call('XACK', KEYS[1], ARGV[1], unpack(ARGV, 5, last))"
    "  redis.call('XDEL', KEYS[1], unpack(ARGV, 5, last))"
    " end"
    " for i = 2, #KEYS do"
    "  local at = last + 2 * i - 3"
    "  redis.call('XADD', KEYS[i], '*', ARGV[2], ARGV[at], ARGV[3], ARGV[at + 1])"
    " end"
    " return last - 4";
/// Lua's unpack() has a limit of a few thousand.
constexpr std::size_t kAcknowledgeMax = 1'000;

/// True for the errors by which Redis says that stream or group are gone (FLUSHALL, a lost data set).
bool says_group_is_gone(const Reply& reply) {
  const std::string text = reply.text();
  return text.starts_with("NOGROUP") || text.starts_with("UNBLOCKED");
}

std::string field_of(const Reply& fields, std::string_view name) {
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (fields.at(i).text() == name) return fields.at(i + 1).text();
  }
  return {};
}

}  // namespace

struct Consumer::State {
  State(RedisOptions options, const std::string& service, std::string consumer_name,
        std::chrono::milliseconds idle)
      : secrets(options.secrets),
        connection(std::move(options)),
        key(stream_key(service)),
        name(std::move(consumer_name)),
        claim_idle(idle) {}

  std::vector<std::string> secrets;
  Connection connection;
  std::string key;
  std::string name;
  std::chrono::milliseconds claim_idle;
  std::atomic<bool> stopping{false};
  std::int64_t generation = 0;  ///< of the connection for which the group was made sure of
  bool group_known = false;
  std::string history_after;  ///< where reading our own unacknowledged entries goes on; "" when through
  std::string claim_after = "0-0";
  Clock::time_point next_claim{};  ///< the first read looks at once

  using Deliveries = std::vector<Delivery>;

  /// Connected, with a group to read from. After a new connection our own entries are read again: the reply
  /// that gave them may have been lost with the old one.
  Status ensure() {
    RESCUE_TRY(connection.ensure());
    if (connection.generation() != generation) {
      group_known = false;
      generation = connection.generation();
    }
    if (group_known) return {};
    // From 0: what was added before the group existed counts.
    RESCUE_ASSIGN(const Reply reply, connection.run({"XGROUP", "CREATE", key, kGroup, "0", "MKSTREAM"}));
    if (reply.is_error() && !reply.text().starts_with("BUSYGROUP")) return refused(reply);
    group_known = true;
    history_after = "0-0";
    return {};
  }

  /// Entries of `list`; those that were deleted meanwhile come without fields and are only cleared away.
  Result<Deliveries> entries(const Reply& list, bool redelivered) {
    if (list.size() > 0) RESCUE_TRY(connection.failpoint("queue.receive.after"));
    Deliveries out;
    std::vector<std::string> gone;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Reply entry = list.at(i);
      std::string id = entry.at(0).text();
      if (entry.at(1).is_nil()) {
        gone.push_back(std::move(id));
      } else {
        std::string payload = field_of(entry.at(1), kPayload);
        const bool authentic = is_sealed(secrets, key, payload, field_of(entry.at(1), kSeal));
        out.push_back({std::move(id), std::move(payload), authentic, redelivered});
      }
    }
    if (!gone.empty()) RESCUE_TRY(acknowledge(gone, {}));
    return out;
  }

  Result<Deliveries> read_group(const std::string& after, const std::string& count,
                                std::chrono::milliseconds block) {
    const std::string block_ms = std::to_string(block.count());
    Connection::Command command{"XREADGROUP", "GROUP", kGroup, name, "COUNT", count};
    if (block.count() > 0) command.insert(command.end(), {"BLOCK", block_ms});
    command.insert(command.end(), {"STREAMS", key, after});
    RESCUE_ASSIGN(const Reply reply, connection.run(command, block));
    if (reply.is_error()) return healed(reply);
    const Reply list = reply.at(0).at(1);
    if (after != ">") {
      history_after = list.size() == 0 ? "" : list.at(list.size() - 1).at(0).text();
    }
    return entries(list, after != ">");
  }

  /// Nothing for now when only the group has to be made again, by the next read.
  Result<Deliveries> healed(const Reply& error) {
    if (!says_group_is_gone(error)) return refused(error);
    group_known = false;
    return Deliveries();
  }

  Result<Deliveries> claim(const std::string& count) {
    const std::string idle = std::to_string(claim_idle.count());
    RESCUE_ASSIGN(const Reply reply,
                  connection.run({"XAUTOCLAIM", key, kGroup, name, idle, claim_after, "COUNT", count}));
    if (reply.is_error()) return healed(reply);
    claim_after = reply.at(0).text();
    if (claim_after.empty() || claim_after == "0-0") {
      claim_after = "0-0";
      next_claim = Clock::now() + claim_idle / 4;
    }
    return entries(reply.at(1), true);
  }

  Status acknowledge(std::span<const std::string> ids, std::span<const Outgoing> receipts) {
    while (ids.size() > kAcknowledgeMax) {
      RESCUE_TRY(acknowledge_some(ids.first(kAcknowledgeMax), {}));
      ids = ids.subspan(kAcknowledgeMax);
    }
    return acknowledge_some(ids, receipts);
  }

  Status acknowledge_some(std::span<const std::string> ids, std::span<const Outgoing> receipts) {
    if (ids.empty() && receipts.empty()) return {};
    std::vector<std::string> keys{key};
    std::vector<std::string> seals;
    for (const Outgoing& receipt : receipts) {
      keys.push_back(stream_key(receipt.stream));
      seals.push_back(secrets.empty() ? "" : seal(secrets.front(), keys.back(), receipt.payload));
    }
    const std::string key_count = std::to_string(keys.size());
    const std::string id_count = std::to_string(ids.size());
    Connection::Command command{"EVAL", kAcknowledge, key_count};
    command.insert(command.end(), keys.begin(), keys.end());
    command.insert(command.end(), {kGroup, kPayload, kSeal, id_count});
    command.insert(command.end(), ids.begin(), ids.end());
    for (std::size_t i = 0; i < receipts.size(); ++i) {
      command.insert(command.end(), {receipts[i].payload, seals[i]});
    }
    RESCUE_TRY(connection.failpoint("queue.acknowledge.before"));
    RESCUE_ASSIGN(const Reply reply, connection.run(command));
    RESCUE_TRY(connection.failpoint("queue.acknowledge.after"));
    if (reply.is_error()) return refused(reply);
    return {};
  }
};

Consumer::Consumer(RedisOptions options, const std::string& service, std::string consumer_name,
                   std::chrono::milliseconds claim_idle)
    : state_(std::make_unique<State>(std::move(options), service, std::move(consumer_name), claim_idle)) {}
Consumer::~Consumer() = default;

Result<std::vector<Delivery>> Consumer::read(std::size_t count, std::chrono::milliseconds block) {
  State& state = *state_;
  if (state.stopping) return std::vector<Delivery>();
  RESCUE_TRY(state.ensure());
  const std::string count_text = std::to_string(count);
  while (state.group_known && !state.history_after.empty()) {
    RESCUE_ASSIGN(auto own, state.read_group(std::string(state.history_after), count_text, {}));
    if (!own.empty()) return own;
  }
  if (state.group_known && Clock::now() >= state.next_claim) {
    RESCUE_ASSIGN(auto left, state.claim(count_text));
    if (!left.empty()) return left;
  }
  if (!state.group_known) return std::vector<Delivery>();
  return state.read_group(">", count_text, block);
}

Status Consumer::acknowledge(std::span<const std::string> entry_ids, std::span<const Outgoing> receipts) {
  return state_->acknowledge(entry_ids, receipts);
}

void Consumer::stop() {
  state_->stopping = true;
}

}  // namespace rescue::queue
