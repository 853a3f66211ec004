#include "rescue/queue/testing/memory_streams.hpp"

#include <algorithm>
#include <charconv>

namespace rescue::queue::testing {
namespace {

tl::unexpected<Error> unavailable(const char* why) {
  return fail(ErrorCode::kUnavailable, "redis-unavailable", why);
}

/// Of an id "<ms>-<number>".
std::int64_t number_of(std::string_view entry_id) {
  const auto dash = entry_id.find('-');
  std::int64_t number = 0;
  if (dash != std::string_view::npos) {
    std::from_chars(entry_id.data() + dash + 1, entry_id.data() + entry_id.size(), number);
  }
  return number;
}

}  // namespace

MemoryStreams::MemoryStreams(const Clock& clock, Fates fates) : clock_(clock), fates_(std::move(fates)) {}

Status MemoryStreams::there() const {
  if (away_) return unavailable("the streams are away");
  return {};
}

Status MemoryStreams::step(Step step) {
  if (fate(step) != Fate::kFails) return {};
  ++connections_lost_;
  return unavailable("the connection was lost");
}

void MemoryStreams::append(const std::string& stream, const std::string& payload) {
  const Fate befalls = fate(Step::kEntry);
  if (befalls == Fate::kLost) return;
  for (int i = 0; i < (befalls == Fate::kTwice ? 2 : 1); ++i) {
    const std::int64_t at_ms = to_us(clock_.now()) / 1'000;
    const std::int64_t number = ++last_number_;
    streams_[stream][number] = {std::to_string(at_ms) + "-" + std::to_string(number), at_ms, payload, ""};
  }
}

void MemoryStreams::set_away(bool away) {
  if (away && !away_) ++connections_lost_;
  away_ = away;
}

void MemoryStreams::lose_everything() {
  streams_.clear();
  marks_.clear();
  ++run_;
  ++connections_lost_;
}

std::int64_t MemoryStreams::length(const std::string& service) const {
  const auto it = streams_.find(service);
  return it == streams_.end() ? 0 : static_cast<std::int64_t>(it->second.size());
}

class MemorySender final : public Sender {
 public:
  explicit MemorySender(MemoryStreams& streams) : streams_(streams) {}

  Status publish(std::span<const Outgoing> messages) override {
    RESCUE_TRY(streams_.there());
    RESCUE_TRY(streams_.step(MemoryStreams::Step::kPublishBefore));
    for (const Outgoing& message : messages) streams_.append(message.stream, message.payload);
    return streams_.step(MemoryStreams::Step::kPublishAfter);
  }
  Result<Depth> depth(const std::string& service, std::int64_t now_us) override {
    RESCUE_TRY(streams_.there());
    Depth depth;
    const auto& stream = streams_.streams_[service];
    depth.length = static_cast<std::int64_t>(stream.size());
    if (!stream.empty()) {
      depth.oldest_age_ms = std::max<std::int64_t>(0, now_us / 1'000 - stream.begin()->second.at_ms);
    }
    return depth;
  }
  Result<std::vector<std::int64_t>> lengths(std::span<const std::string> services) override {
    RESCUE_TRY(streams_.there());
    std::vector<std::int64_t> out;
    for (const auto& service : services) out.push_back(streams_.length(service));
    return out;
  }
  Result<Standing> standing(const std::string& sender) override {
    RESCUE_TRY(streams_.there());
    return Standing{std::to_string(streams_.run_), streams_.marks_[sender], "noeviction"};
  }
  Result<bool> set_mark(const std::string& sender, const std::string& expected,
                        const std::string& mark) override {
    RESCUE_TRY(streams_.there());
    if (streams_.marks_[sender] != expected) return false;
    streams_.marks_[sender] = mark;
    return true;
  }

 private:
  MemoryStreams& streams_;
};

class MemoryReceiver final : public Receiver {
 public:
  MemoryReceiver(MemoryStreams& streams, std::string service, std::string name)
      : streams_(streams), service_(std::move(service)), name_(std::move(name)) {}

  Result<std::vector<Delivery>> read(std::size_t count, std::chrono::milliseconds) override {
    at_end_ = false;
    RESCUE_TRY(streams_.there());
    if (stopped_) return std::vector<Delivery>();
    if (connection_ != streams_.connections_lost_) {
      connection_ = streams_.connections_lost_;
      history_after_ = 0;
    }
    auto out = history_after_ ? read_history(count) : std::vector<Delivery>();
    if (out.empty()) out = read_new(count);
    if (!out.empty()) RESCUE_TRY(streams_.step(MemoryStreams::Step::kReceive));
    return out;
  }
  bool at_end() const override { return at_end_; }
  Status acknowledge(std::span<const std::string> entry_ids, std::span<const Outgoing> receipts,
                     std::int64_t stream_max) override {
    RESCUE_TRY(streams_.there());
    RESCUE_TRY(streams_.step(MemoryStreams::Step::kAcknowledgeBefore));
    auto& stream = streams_.streams_[service_];
    for (const auto& id : entry_ids) stream.erase(number_of(id));
    for (const Outgoing& receipt : receipts) {
      if (streams_.length(receipt.stream) < stream_max) streams_.append(receipt.stream, receipt.payload);
    }
    return streams_.step(MemoryStreams::Step::kAcknowledgeAfter);
  }
  void wake() override {}
  void stop() override { stopped_ = true; }
  void hang_up() override {}

 private:
  /// Our own unacknowledged entries, once after each connection.
  std::vector<Delivery> read_history(std::size_t count) {
    std::vector<Delivery> out;
    const auto& stream = streams_.streams_[service_];
    for (auto it = stream.upper_bound(*history_after_); it != stream.end() && out.size() < count; ++it) {
      if (it->second.given_to != name_) continue;
      history_after_ = it->first;
      out.push_back({it->second.id, it->second.payload, true, true});
    }
    if (out.empty()) history_after_.reset();
    return out;
  }
  std::vector<Delivery> read_new(std::size_t count) {
    std::vector<Delivery> out;
    auto& stream = streams_.streams_[service_];
    for (auto it = stream.begin(); it != stream.end() && out.size() < count; ++it) {
      if (!it->second.given_to.empty()) continue;
      it->second.given_to = name_;
      out.push_back({it->second.id, it->second.payload, true, false});
    }
    at_end_ = out.size() < count;
    return out;
  }

  MemoryStreams& streams_;
  std::string service_, name_;
  std::int64_t connection_ = -1;
  std::optional<std::int64_t> history_after_;
  bool at_end_ = false;
  bool stopped_ = false;
};

std::unique_ptr<Sender> MemoryStreams::sender() {
  return std::make_unique<MemorySender>(*this);
}

/// One receiver of a name at a time, as the services have it: nobody else's entries are claimed.
std::unique_ptr<Receiver> MemoryStreams::receiver(const std::string& service,
                                                  const std::string& consumer_name,
                                                  std::chrono::milliseconds) {
  return std::make_unique<MemoryReceiver>(*this, service, consumer_name);
}

}  // namespace rescue::queue::testing
