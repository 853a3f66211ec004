#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "rescue/base/clock.hpp"
#include "rescue/queue/transport.hpp"

namespace rescue::queue::testing {

/// Streams in this process's memory, as Redis keeps them, for programs in which one thread plays all services
/// (tests/simulation). Nothing waits. It must outlive its senders and receivers, `clock` must outlive it.
class MemoryStreams final : public Transport {
 public:
  /// The steps by which a message moves, as the failpoints of `Producer` and `Consumer` have them.
  enum class Step { kPublishBefore, kEntry, kPublishAfter, kReceive, kAcknowledgeBefore, kAcknowledgeAfter };
  enum class Fate {
    kGood,
    kFails,  ///< the caller is told so, and the connection is lost
    kLost,   ///< of an entry: it is not there, and nobody is told
    kTwice   ///< of an entry
  };
  /// Decides at each step what befalls it. It may throw: the caller's process ends there.
  using Fates = std::function<Fate(Step)>;

  explicit MemoryStreams(const Clock& clock, Fates fates = {});

  std::unique_ptr<Sender> sender() override;
  std::unique_ptr<Receiver> receiver(const std::string& service, const std::string& consumer_name,
                                     std::chrono::milliseconds claim_idle) override;

  /// Until it is back every call is kUnavailable.
  void set_away(bool away);
  bool away() const { return away_; }
  /// It starts anew and has lost all it had, marks included.
  void lose_everything();
  /// Entries in that service's stream.
  std::int64_t length(const std::string& service) const;

 private:
  friend class MemorySender;
  friend class MemoryReceiver;
  struct Entry {
    std::string id;
    std::int64_t at_ms = 0;
    std::string payload;
    std::string given_to;  ///< "": new
  };
  using Stream = std::map<std::int64_t, Entry>;  ///< by number, in order

  Fate fate(Step step) const { return fates_ ? fates_(step) : Fate::kGood; }
  Status there() const;
  /// kUnavailable where the step fails; the connection of whoever took it is lost then.
  Status step(Step step);
  void append(const std::string& stream, const std::string& payload);

  const Clock& clock_;
  Fates fates_;
  bool away_ = false;
  std::int64_t last_number_ = 0;
  std::int64_t run_ = 1;
  std::int64_t connections_lost_ = 0;
  std::map<std::string, Stream> streams_;
  std::map<std::string, std::string> marks_;
};

}  // namespace rescue::queue::testing
