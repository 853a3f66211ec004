#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "rescue/base/clock.hpp"
#include "rescue/base/result.hpp"
#include "rescue/log/logger.hpp"
#include "rescue/telemetry/metrics.hpp"
#include "wake_signal.hpp"

namespace rescue::service {

/// Named actions, each repeated on a thread of its own: at the start, after every interval, after a wake.
/// `add` before `start`; `wake` from any thread at any time.
class Timers {
 public:
  Timers(const Clock& clock, const log::Logger& log, telemetry::Metrics& metrics)
      : clock_(clock), log_(log), metrics_(metrics) {}
  ~Timers() { stop(); }
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  void add(std::string name, std::chrono::milliseconds interval, std::function<Status()> action);
  void wake(const std::string& name);
  void start();
  /// Without `start`: runs those whose interval has passed, or that were woken, in the caller's thread.
  void turn();
  /// Lets running actions finish.
  void stop();

 private:
  struct Timer {
    std::chrono::milliseconds interval{};
    std::function<Status()> action;
    std::optional<telemetry::Counter> failures;
    WakeSignal signal;
    std::chrono::microseconds next{};  ///< of `turn`, in the clock's passing time
    std::thread thread;
  };
  void loop(const std::string& name, Timer& timer);
  void run(const std::string& name, Timer& timer);

  const Clock& clock_;
  const log::Logger& log_;
  telemetry::Metrics& metrics_;
  std::map<std::string, std::unique_ptr<Timer>> timers_;
};

}  // namespace rescue::service
