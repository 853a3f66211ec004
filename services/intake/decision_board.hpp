#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "rescue/base/json.hpp"

namespace rescue::intake {

/// What workflow decided about a request: its answer, or the problem it was refused with.
struct Decision {
  Json answer = Json::object();
  std::optional<Error> refusal;
};

/// Where handlers wait for decisions that arrive as messages. Bounded twice, so that an absent workflow does
/// not tie up the listener: at most `waiters_max` wait at once, and when the last wait ended without a
/// decision nobody waits until some decision has come again. Thread-safe.
class DecisionBoard {
 public:
  explicit DecisionBoard(std::size_t waiters_max) : waiters_max_(waiters_max) {}

 private:
  struct Slot {
    std::condition_variable decided;
    std::optional<Decision> decision;
  };

 public:
  /// A place to wait for one request's decision; given up when destroyed. The board must outlive it.
  class Seat {
   public:
    Seat(DecisionBoard& board, std::string request_id, std::shared_ptr<Slot> slot)
        : board_(&board), request_id_(std::move(request_id)), slot_(std::move(slot)) {}
    Seat(Seat&&) noexcept = default;
    Seat& operator=(Seat&&) = delete;
    ~Seat();
    /// Looks whether another replica has been given the decision.
    using Look = std::function<std::optional<Decision>()>;
    /// The decision, which may have come before the call; nothing after `timeout`. Calls `look`, if there is
    /// one, now and then meanwhile.
    std::optional<Decision> wait(std::chrono::milliseconds timeout, const Look& look = nullptr);

   private:
    DecisionBoard* board_;
    std::string request_id_;
    std::shared_ptr<Slot> slot_;
  };

  /// Take it before the request is sent, so that no decision is missed. Nothing: do not wait.
  std::optional<Seat> enter(const std::string& request_id);
  /// Hands `decision` to who waits for it, and notes that decisions do come. Does not block.
  void decide(const std::string& request_id, Decision decision);

 private:
  const std::size_t waiters_max_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Slot>> slots_;
  bool stalled_ = false;  ///< the last wait timed out and nothing was decided since
};

}  // namespace rescue::intake
