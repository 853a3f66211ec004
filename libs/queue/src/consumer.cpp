#include <algorithm>
#include <atomic>
#include <utility>

#include "connection.hpp"
#include "keys.hpp"
#include "rescue/queue/redis.hpp"
#include "seal.hpp"

namespace rescue::queue {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// How long Redis holds an answer back when there is nothing new. It answers at once when something comes;
/// that it answers at all shows that it is there.
constexpr milliseconds kHoldBack{1'000};

/// One call to Redis; acknowledging takes the entry out of the stream, so that its length is what is not yet
/// handled. KEYS: our stream, then those that receipts go to. ARGV: group, fields of payload and seal,
/// entries that a stream may have, number of our entries, the entries; then for each receipt the number of
/// its key, payload and seal.
constexpr std::string_view kAcknowledge =
    "local last = 5 + tonumber(ARGV[5])"
    " if last > 5 then"
    "  redis.call('XACK', KEYS[1], ARGV[1], unpack(ARGV, 6, last))"
    "  redis.call('XDEL', KEYS[1], unpack(ARGV, 6, last))"
    " end"
    " local most = tonumber(ARGV[4])"
    " for i = last + 1, #ARGV, 3 do"
    "  local key = KEYS[tonumber(ARGV[i])]"
    "  if redis.call('XLEN', key) < most then"
    "   redis.call('XADD', key, '*', ARGV[2], ARGV[i + 1], ARGV[3], ARGV[i + 2])"
    "  end"
    " end";
/// Lua's unpack() has a limit of a few thousand.
constexpr std::size_t kAcknowledgeMax = 1'000;

/// True for the errors by which Redis says that stream or group are gone (FLUSHALL, a lost data set).
bool says_group_is_gone(const Reply& reply) {
  return reply.text().starts_with("NOGROUP") || reply.text().starts_with("UNBLOCKED");
}

std::string_view field_of(const ReplyPart& fields, std::string_view name) {
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (fields.at(i).text() == name) return fields.at(i + 1).text();
  }
  return {};
}

}  // namespace

struct Consumer::State {
  State(RedisOptions options, const std::string& service, std::string consumer_name, milliseconds idle)
      : sealer(options.secrets),
        answer_timeout(kHoldBack + options.command_timeout),
        reading(options),
        telling(std::move(options)),
        key(stream_key(service)),
        name(std::move(consumer_name)),
        claim_idle(idle) {}

  Sealer sealer;
  milliseconds answer_timeout;
  Connection reading;  ///< may have a question under way that Redis answers when something comes
  Connection telling;
  Script acknowledging{kAcknowledge, {}};
  std::string key;
  std::string name;
  milliseconds claim_idle;
  Wake waker;
  std::atomic<bool> stopping{false};
  std::int64_t generation = 0;  ///< of the connection for which the group was made sure of
  bool group_known = false;
  std::string history_after;  ///< where reading our own unacknowledged entries goes on; "" when through
  std::string claim_after = "0-0";
  Clock::time_point next_claim{};  ///< the first read looks at once
  std::size_t asked = 0;           ///< how many new entries the question under way is for; 0: there is none
  Clock::time_point answer_due{};
  bool at_end = false;  ///< the last answer left nothing unread

  using Deliveries = std::vector<Delivery>;

  /// Connected, with a group to read from. After a new connection our own entries are read again: the reply
  /// that gave them may have been lost with the old one.
  Status ensure() {
    RESCUE_TRY(reading.ensure());
    if (reading.generation() != generation) {
      group_known = false;
      asked = 0;
      generation = reading.generation();
      telling.drop();  // it led to the same Redis: to find that out by a lost acknowledgement would be late
    }
    if (group_known) return {};
    // From 0: what was added before the group existed counts.
    RESCUE_ASSIGN(const Reply reply, reading.run({"XGROUP", "CREATE", key, kGroup, "0", "MKSTREAM"}));
    if (reply.is_error() && !reply.text().starts_with("BUSYGROUP")) return refused(reply);
    group_known = true;
    at_end = false;
    history_after = "0-0";
    return {};
  }

  /// Entries of `list`; those that were deleted meanwhile come without fields and are only cleared away.
  Result<Deliveries> entries(const ReplyPart& list, bool redelivered) {
    if (list.size() > 0) RESCUE_TRY(reading.failpoint("queue.receive.after"));
    Deliveries out;
    out.reserve(list.size());
    std::vector<std::string> gone;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const ReplyPart entry = list.at(i);
      std::string id(entry.at(0).text());
      if (entry.at(1).is_nil()) {
        gone.push_back(std::move(id));
      } else {
        const std::string_view payload = field_of(entry.at(1), kPayload);
        const bool authentic = sealer.is_sealed(key, payload, field_of(entry.at(1), kSeal));
        out.push_back({std::move(id), std::string(payload), authentic, redelivered});
      }
    }
    if (!gone.empty()) RESCUE_TRY(acknowledge(gone, {}, 0));
    return out;
  }

  /// Nothing for now when only the group has to be made again, by the next read.
  Result<Deliveries> healed(const Reply& error) {
    at_end = false;
    if (!says_group_is_gone(error)) return refused(error);
    group_known = false;
    return Deliveries();
  }

  Result<Deliveries> read_history(std::size_t count) {
    RESCUE_ASSIGN(const Reply reply, reading.run({"XREADGROUP", "GROUP", kGroup, name, "COUNT",
                                                  std::to_string(count), "STREAMS", key, history_after}));
    if (reply.is_error()) return healed(reply);
    const ReplyPart list = reply.at(0).at(1);
    history_after = list.at(list.size() - 1).at(0).text();
    return entries(list, true);
  }

  Result<Deliveries> claim(std::size_t count) {
    const std::string idle = std::to_string(claim_idle.count());
    RESCUE_ASSIGN(const Reply reply, reading.run({"XAUTOCLAIM", key, kGroup, name, idle, claim_after, "COUNT",
                                                  std::to_string(count)}));
    if (reply.is_error()) return healed(reply);
    claim_after = reply.at(0).text();
    if (claim_after.empty() || claim_after == "0-0") {
      claim_after = "0-0";
      next_claim = Clock::now() + claim_idle / 4;
    }
    return entries(reply.at(1), true);
  }

  /// Asks for new entries. While there are some, the answer comes at once in any case: only then it tells
  /// when the end is reached.
  Status ask(std::size_t count) {
    const std::string count_text = std::to_string(count);
    const std::string hold_back = std::to_string(kHoldBack.count());
    Connection::Command command{"XREADGROUP", "GROUP", kGroup, name, "COUNT", count_text};
    if (at_end) command.insert(command.end(), {"BLOCK", hold_back});
    command.insert(command.end(), {"STREAMS", key, ">"});
    reading.append(command);
    asked = count;
    answer_due = Clock::now() + answer_timeout;
    return reading.flush();
  }

  /// The answer to what was asked, if it comes in time.
  Result<Deliveries> read_new(milliseconds block) {
    RESCUE_ASSIGN(const bool there, reading.wait(block, waker));
    if (!there && Clock::now() >= answer_due) return reading.leave("it does not answer");
    if (!there) return Deliveries();
    const std::size_t count = std::exchange(asked, 0);
    RESCUE_ASSIGN(const Reply reply, reading.receive());
    if (reply.is_error()) return healed(reply);
    const ReplyPart list = reply.at(0).at(1);
    at_end = list.size() < count;
    if (!at_end && Clock::now() < next_claim) RESCUE_TRY(ask(count));
    return entries(list, false);
  }

  Result<Deliveries> read(std::size_t count, milliseconds block) {
    RESCUE_TRY(ensure());
    while (asked == 0 && group_known && !history_after.empty()) {
      RESCUE_ASSIGN(auto own, read_history(count));
      if (!own.empty()) return own;
    }
    if (asked == 0 && group_known && Clock::now() >= next_claim) {
      RESCUE_ASSIGN(auto left, claim(count));
      if (!left.empty()) return left;
    }
    if (!group_known) return Deliveries();
    if (asked == 0) RESCUE_TRY(ask(count));
    const bool tells_the_end = !at_end;
    RESCUE_ASSIGN(auto got, read_new(tells_the_end ? answer_timeout : block));
    if (!got.empty() || !tells_the_end || !at_end || block.count() == 0) return got;
    RESCUE_TRY(ask(count));
    return read_new(block);
  }

  Status acknowledge(std::span<const std::string> ids, std::span<const Outgoing> receipts,
                     std::int64_t stream_max) {
    while (ids.size() > kAcknowledgeMax) {
      RESCUE_TRY(acknowledge_some(ids.first(kAcknowledgeMax), {}, 0));
      ids = ids.subspan(kAcknowledgeMax);
    }
    return acknowledge_some(ids, receipts, stream_max);
  }

  Status acknowledge_some(std::span<const std::string> ids, std::span<const Outgoing> receipts,
                          std::int64_t stream_max) {
    if (ids.empty() && receipts.empty()) return {};
    std::vector<std::string> keys{key};
    std::vector<std::string> of_receipts;  // number of its key and seal, by turns
    of_receipts.reserve(receipts.size() * 2);
    for (const Outgoing& receipt : receipts) {
      const std::string to = stream_key(receipt.stream);
      const auto at = std::find(keys.begin() + 1, keys.end(), to);
      of_receipts.push_back(std::to_string(at - keys.begin() + 1));
      of_receipts.push_back(sealer.seal(to, receipt.payload));
      if (at == keys.end()) keys.push_back(to);
    }
    const std::string key_count = std::to_string(keys.size());
    const std::string most = std::to_string(stream_max);
    const std::string id_count = std::to_string(ids.size());
    Connection::Command arguments{key_count};
    arguments.insert(arguments.end(), keys.begin(), keys.end());
    arguments.insert(arguments.end(), {kGroup, kPayload, kSeal, most, id_count});
    arguments.insert(arguments.end(), ids.begin(), ids.end());
    for (std::size_t i = 0; i < receipts.size(); ++i) {
      arguments.insert(arguments.end(), {of_receipts[2 * i], receipts[i].payload, of_receipts[2 * i + 1]});
    }
    RESCUE_TRY(telling.failpoint("queue.acknowledge.before"));
    RESCUE_ASSIGN(const Reply reply, telling.run_script(acknowledging, arguments));
    RESCUE_TRY(telling.failpoint("queue.acknowledge.after"));
    if (reply.is_error()) return refused(reply);
    return {};
  }
};

Consumer::Consumer(RedisOptions options, const std::string& service, std::string consumer_name,
                   milliseconds claim_idle)
    : state_(std::make_unique<State>(std::move(options), service, std::move(consumer_name), claim_idle)) {}
Consumer::~Consumer() = default;

Result<std::vector<Delivery>> Consumer::read(std::size_t count, milliseconds block) {
  if (state_->stopping) return std::vector<Delivery>();
  auto got = state_->read(count, block);
  if (!got) state_->at_end = false;
  return got;
}

bool Consumer::at_end() const {
  return state_->at_end;
}

Status Consumer::acknowledge(std::span<const std::string> entry_ids, std::span<const Outgoing> receipts,
                             std::int64_t stream_max) {
  auto status = state_->acknowledge(entry_ids, receipts, stream_max);
  // Nobody knows whether it got there. Reading may go on undisturbed on its own connection: look again.
  if (!status && status.error().problem == "redis-unavailable") state_->history_after = "0-0";
  return status;
}

void Consumer::wake() {
  state_->waker.wake();
}

void Consumer::stop() {
  state_->stopping = true;
  state_->waker.wake();
}

void Consumer::hang_up() {
  (void)state_->reading.leave("hung up");
  state_->asked = 0;
}

}  // namespace rescue::queue
