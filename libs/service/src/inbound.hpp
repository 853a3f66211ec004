#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "handlers.hpp"
#include "rescue/queue/redis.hpp"
#include "rescue/store/tries.hpp"

namespace rescue::service {

/// Begins the reason of dead letters that must never be handled.
inline constexpr std::string_view kNotAuthentic = "message-not-authentic";
/// Another replica has begun to handle it and may come back.
inline constexpr std::string_view kAtWork = "message-at-work";
/// Begins the reason of those whose handler ended its process again and again.
inline constexpr std::string_view kEndsProcess = "message-ends-process";

/// A message on its way in, and what became of it in the last try.
struct Inbound {
  enum class Outcome { kHandled, kDuplicate, kParked, kDeadLetter, kReceipt };

  std::optional<std::string> entry_id;  ///< in the stream; nothing for one that lay parked
  std::string payload;                  ///< as it came
  bool authentic = true;
  std::optional<std::vector<std::string>> receipt;  ///< it is one: ids of our messages
  Result<Message> message =
      Message();  ///< why it cannot be read, else: the message, or a parked one's predecessor

  /// Who had it before may have died of it: `begin` it in a transaction of its own, and `run` it alone.
  bool suspect = false;  ///< never what cannot be read, nor receipts
  std::string begun;     ///< id of the message that was begun

  int failures = 0;
  std::chrono::microseconds due{};     ///< in passing time of the clock
  std::optional<std::string> give_up;  ///< the reason to make it a dead letter

  // Set by `run`, whose last words count: a transaction may be rolled back and tried again.
  Outcome outcome = Outcome::kHandled;
  Message handled;  ///< the message itself, also for one that lay parked
  bool successor_waits = false;
  std::chrono::duration<double> duration{};

  static Inbound from(queue::Delivery delivery, const std::string& service);
  static Inbound after(Message predecessor);
  /// For a suspect, committed before `run`: notes that `process` tries it. Where too many processes have
  /// ended over it, it is given up. kUnavailable ("message-at-work"): another process may be at it.
  Status begin(store::Tx& tx, const std::string& process, const store::Tries::Limits& limits,
               std::int64_t now_us);
  /// One try, in the caller's transaction.
  Status run(store::Tx& tx, const Handlers& handlers, std::int64_t now_us);

 private:
  Status take_effect(store::Tx& tx, const Handlers& handlers, std::int64_t now_us);
  /// True when `handled` is set and its turn has come.
  Result<bool> admit(store::Tx& tx, std::int64_t now_us);
  Status bury(store::Tx& tx, std::int64_t now_us);
};

std::string to_string(Inbound::Outcome outcome);

}  // namespace rescue::service
