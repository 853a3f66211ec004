#pragma once

#include <functional>
#include <queue>

#include "house.hpp"
#include "watch.hpp"

namespace rescue::simulation {

struct Options {
  std::uint64_t seed = 1;
  int incidents = 500;
  Mishaps mishaps = {};
  bool faults = true;  ///< crashes, a queue that goes away or forgets, clocks that are set
};

/// What a world has come to.
struct Outcome {
  std::string broken;  ///< the rule that did not hold; "": all held
  int incidents = 0;   ///< begun
  std::uint64_t hash = 0;
  std::int64_t steps = 0, calls = 0, commits = 0, audit_rows = 0;
  int crashes = 0, queue_losses = 0, clock_jumps = 0;
  std::map<std::string, int> ends;  ///< incidents by the state they ended in
};

/// One seed's worth: incidents from the notice to their end, in virtual time, with all that befalls them.
Outcome play(const Options& options);

/// What happens, in the order of virtual time; what falls together, in the order in which it was planned.
class Agenda {
 public:
  using Action = std::function<void()>;
  void plan(Timestamp at, Action action) { items_.push({at, ++number_, std::move(action)}); }
  bool empty() const { return items_.empty(); }
  Timestamp next() const { return items_.top().at; }
  Action take() {
    auto action = std::move(const_cast<Item&>(items_.top()).action);
    items_.pop();
    return action;
  }

 private:
  struct Item {
    Timestamp at;
    std::int64_t number;
    Action action;
    bool operator<(const Item& other) const {
      return std::tie(other.at, other.number) < std::tie(at, number);
    }
  };
  std::priority_queue<Item> items_;
  std::int64_t number_ = 0;
};

/// What the players share.
struct Stage {
  ManualClock& time;
  Chance& chance;
  House& house;
  Watch& watch;
  Agenda& agenda;
  Trail& trail;
  bool calm = false;  ///< the end: no more mischief
  void later(double seconds_min, double seconds_max, Agenda::Action action) {
    const double seconds = seconds_min + chance.share() * (seconds_max - seconds_min);
    agenda.plan(time.now() + std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6)),
                std::move(action));
  }
};

}  // namespace rescue::simulation
