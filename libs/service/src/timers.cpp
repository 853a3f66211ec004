#include "timers.hpp"

#include <stdexcept>

namespace rescue::service {

void Timers::add(std::string name, std::chrono::milliseconds interval, std::function<Status()> action) {
  auto timer = std::make_unique<Timer>();
  timer->interval = interval;
  timer->action = std::move(action);
  timer->failures =
      metrics_.counter("rescue_timer_failures_total", "Timer runs that failed.", {{"timer", name}});
  if (!timers_.emplace(name, std::move(timer)).second) {
    throw std::logic_error("two timers are named " + name);
  }
}

void Timers::wake(const std::string& name) {
  const auto it = timers_.find(name);
  if (it == timers_.end()) throw std::logic_error("no timer is named " + name);
  it->second->signal.wake();
}

void Timers::start() {
  for (auto& [name, timer] : timers_) {
    timer->thread = std::thread([this, &name = name, &timer = *timer] { loop(name, timer); });
  }
}

void Timers::stop() {
  for (auto& [name, timer] : timers_) timer->signal.stop();
  for (auto& [name, timer] : timers_) {
    if (timer->thread.joinable()) timer->thread.join();
  }
}

void Timers::loop(const std::string& name, Timer& timer) {
  do {
    run(name, timer);
  } while (timer.signal.wait_for(timer.interval));
}

void Timers::turn() {
  for (auto& [name, timer] : timers_) {
    const auto now = clock_.passed();
    if (!timer->signal.take_wake() && now < timer->next) continue;
    timer->next = now + timer->interval;
    run(name, *timer);
  }
}

void Timers::run(const std::string& name, Timer& timer) {
  Status status;
  try {
    status = timer.action();
  } catch (const std::exception& error) {
    status = fail(ErrorCode::kInternal, "exception", error.what());
  } catch (...) {
    status = fail(ErrorCode::kInternal, "exception", "not a std::exception");
  }
  if (status) return;
  timer.failures->add();
  log_.error("timer.failed",
             {{"timer", name}, {"problem", status.error().problem}, {"detail", status.error().detail}});
}

}  // namespace rescue::service
