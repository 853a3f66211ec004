#pragma once

#include <array>
#include <optional>
#include <string>

#include "chance.hpp"
#include "rescue/queue/testing/memory_streams.hpp"
#include "tenant.hpp"

namespace rescue::simulation {

enum Which : std::size_t { kIntake, kPricing, kWorkflow, kWorker, kServices };
const char* name_of(Which which);

/// A machine's wall clock: somebody sets it, time passes alike for all.
class WallClock final : public Clock {
 public:
  explicit WallClock(const ManualClock& time) : time_(time) {}
  Timestamp now() const override { return time_.now() + off_; }
  std::chrono::microseconds passed() const override { return time_.passed(); }
  void set_off(std::chrono::microseconds off) { off_ = off; }
  std::chrono::microseconds off() const { return off_; }

 private:
  const ManualClock& time_;
  std::chrono::microseconds off_{};
};

/// What may befall the services; all of it by chance, each share of the steps it could befall.
struct Mishaps {
  double entry_lost = 0.004, entry_twice = 0.02, call_fails = 0.002;
  double disk_fails = 0.0005;  ///< a commit, before it or after it
};

/// A request of somebody's, given to the handler as the front door would.
struct Call {
  http::Method method = http::Method::kGet;
  std::string path = {};
  Json body = {};  ///< null: none
  std::string role = {}, key = {};
  std::map<std::string, std::string, std::less<>> query = {};
};
struct Answer {
  int status = 0;
  Json body;
  std::string problem() const;  ///< "quote-used"; "" when it is none
};

/// The four services with their databases, and what carries their messages: one thread plays them all. Only
/// one house may stand at a time.
class House {
 public:
  House(const ManualClock& time, Chance& chance, Mishaps mishaps, int servers);
  ~House();
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  bool is_up(Which which) const { return tenants_[which] != nullptr; }
  /// Starts it, on the database it has left. False when it has died of that.
  bool open(Which which);
  /// Its memory is gone, its database stays.
  void crash(Which which) { tenants_[which].reset(); }
  /// It ends at the so-and-so-many-th step from now at which something becomes durable or leaves.
  void crash_later(Which which, int steps) { crash_in_[which] = steps; }

  /// Called when a service dies at a step, before its memory goes.
  void at_death(std::function<void(Which)> action) { at_death_ = std::move(action); }
  /// No more mishaps from now on.
  void be_calm();

  void take_turn(Which which, service::Service::Part part);
  /// Nothing: the service is down, or went down over it.
  std::optional<Answer> call(Which which, const Call& call);
  /// Does something inside a service; false when it is down or went down over it.
  bool with(Which which, const std::function<void(Tenant&)>& work);
  Tenant* tenant(Which which) { return tenants_[which].get(); }

  /// Services that have committed something since the last question.
  std::array<bool, kServices> take_committed();
  queue::testing::MemoryStreams& streams() { return *streams_; }
  WallClock& clock(Which which) { return clocks_[which]; }
  /// Messages that it has not yet had a receipt for.
  std::int64_t outbox(Which which);
  int crashes() const { return crashes_; }
  std::int64_t commits() const { return commits_; }
  std::int64_t calls() const { return calls_; }
  /// Another price list comes into force as soon as pricing looks.
  void change_prices();
  static std::string server(int number) { return "srv-" + std::to_string(10'000 + number); }
  static std::string customer(int number) { return "C-" + std::to_string(5'000 + number / 2); }

 private:
  struct Died {};  ///< no std::exception: nobody but the house catches it
  void write_files(int servers);
  void write_prices();
  static bool at_failpoint(const char* name);
  bool at_commit(std::string_view name);
  queue::testing::MemoryStreams::Fate fate(queue::testing::MemoryStreams::Step step);
  /// One step nearer to a crash that was asked for; throws when it is there.
  void step();
  Answer answer_of(Result<http::Response> result) const;

  const ManualClock& time_;
  Chance& chance_;
  Mishaps mishaps_;
  std::string dir_;
  int price_list_ = 1;
  std::shared_ptr<queue::testing::MemoryStreams> streams_;
  std::array<WallClock, kServices> clocks_;
  std::array<std::unique_ptr<Tenant>, kServices> tenants_;
  struct Door {
    http::Route route;
    std::vector<std::string> segments;  ///< of its pattern
  };
  std::array<std::vector<Door>, kServices> doors_;
  std::array<int, kServices> crash_in_{};
  std::array<bool, kServices> committed_{};
  std::function<void(Which)> at_death_;
  std::optional<Which> at_work_;
  bool dying_ = false;
  int crashes_ = 0, failed_starts_ = 0;
  std::int64_t commits_ = 0, calls_ = 0;
};

}  // namespace rescue::simulation
