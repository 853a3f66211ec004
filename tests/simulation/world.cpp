#include "world.hpp"

#include <memory>

#include "crew.hpp"
#include "rescue/base/random_source.hpp"
#include "story.hpp"

namespace rescue::simulation {
namespace {

using Part = service::Service::Part;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::seconds;

const Timestamp kBegin = parse_rfc3339("2026-09-18T01:00:00Z").value();
/// So many servers that some reports join others.
constexpr int kServersFor(int incidents) {
  return std::max(8, incidents / 3);
}
constexpr double kArrivalEvery_s = 0.3;
/// When all mischief has ended everything must come to rest within this.
constexpr hours kRestWithin{12};

std::unique_ptr<Chance> id_chance;

void fill_from_seed(unsigned char* out, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<unsigned char>(id_chance->next());
}

/// One play, from the first report to the last fee.
class World {
 public:
  explicit World(const Options& options)
      : options_(options),
        chance_(options.seed),
        time_(kBegin),
        house_(time_, chance_, options.mishaps, kServersFor(options.incidents)) {}

  Outcome play() {
    try {
      open_all();
      plan_reports();
      for (const auto which : {kIntake, kPricing, kWorkflow, kWorker}) beat(which);
      if (options_.faults) plan_mischief();
      run();
      watch_->audit();
    } catch (const std::exception& rule) {  // what was thrown by no rule is broken too
      outcome_.broken = rule.what();
    }
    outcome_.hash = trail_.hash() ^ watch_->hash();
    outcome_.calls = house_.calls();
    outcome_.commits = house_.commits();
    outcome_.crashes = house_.crashes();
    outcome_.audit_rows = watch_->rows();
    for (const auto& story : stories_) ++outcome_.ends[story->state()];
    return outcome_;
  }

 private:
  void open_all() {
    for (const auto which : {kIntake, kPricing, kWorkflow, kWorker}) {
      while (!house_.open(which)) {
      }
    }
    const auto catalogue = house_.call(kPricing, {.path = "/v1/catalogue", .role = "web_form"}).value();
    for (const auto& consent : catalogue.body.at("consents")) consents_.push_back(consent.at("id"));
    watch_ = std::make_unique<Watch>(house_, consents_);
    // Others may see what it has sent before it is there again.
    house_.at_death([this](Which which) { watch_->look(which); });
    stage_ = std::make_unique<Stage>(Stage{time_, chance_, house_, *watch_, agenda_, trail_});
    crew_ = std::make_unique<Crew>(*stage_);
    crew_->prepare();
  }

  void plan_reports() {
    for (int i = 0; i < options_.incidents; ++i) {
      stage_->later(0, kArrivalEvery_s * options_.incidents, [this] {
        const auto servers = static_cast<std::uint64_t>(kServersFor(options_.incidents));
        stories_.push_back(
            std::make_unique<Story>(*stage_, consents_, static_cast<int>(chance_.below(servers))));
        ++outcome_.incidents;
        stories_.back()->begin();
      });
    }
  }

  /// Timers and the relay's own looks, as long as anything happens. Who reads more seldom stood still.
  void beat(Which which) {
    stage_->later(1, 2.8, [this, which] {
      for (const auto part : {Part::kTimers, Part::kConsumer, Part::kRelay}) house_.take_turn(which, part);
      if (which == kWorker) crew_->look();
      beat(which);
    });
  }

  /// What has something to do gets a turn soon.
  void plan_turns() {
    for (const auto which : {kIntake, kPricing, kWorkflow, kWorker}) {
      if (turn_planned_[which] || !house_.is_up(which)) continue;
      const bool letters = sends_[which];
      if (!letters && house_.streams().length(name_of(which)) == 0) continue;
      if (house_.streams().away()) continue;  // the beat looks whether it is back
      turn_planned_[which] = true;
      stage_->later(0.001, 1.2, [this, which] {
        turn_planned_[which] = false;
        sends_[which] = false;
        house_.take_turn(which, Part::kConsumer);
        if (which == kWorker) crew_->look();
        house_.take_turn(which, Part::kRelay);
      });
    }
  }

  void run() {
    const auto last_report =
        time_.now() + microseconds(static_cast<std::int64_t>(kArrivalEvery_s * 1e6) * options_.incidents);
    const auto calm_at = last_report + seconds(500);
    while (!rests_for_long()) {
      if (!stage_->calm && agenda_.next() > calm_at) become_calm();
      if (agenda_.next() > calm_at + kRestWithin) throw Broken("everything comes to rest: " + what_goes_on());
      time_.advance(std::max(microseconds(0), agenda_.next() - time_.now()));
      agenda_.take()();
      ++outcome_.steps;
      after_step();
    }
  }

  void after_step() {
    const auto committed = house_.take_committed();
    for (const auto which : {kIntake, kPricing, kWorkflow, kWorker}) {
      if (!house_.is_up(which) && !opening_[which]) {
        if (which == kWorker) crew_->worker_died();
        opening_[which] = true;
        stage_->later(0, 40, [this, which] { reopen(which); });
      }
      if (!committed[which]) continue;
      sends_[which] = true;
      watch_->look(which);
    }
    trail_.add(to_us(time_.now()));
    plan_turns();
  }

  void reopen(Which which) {
    opening_[which] = false;
    if (!house_.open(which)) return;
    watch_->look(which);  // what it had committed when it died
    sends_[which] = true;
  }

  /// What a service has still in its memory only shows in what it does next.
  bool rests_for_long() {
    if (!at_rest()) {
      rests_since_ = time_.now();
      return false;
    }
    return time_.now() - rests_since_ > seconds(20);
  }

  bool at_rest() {
    if (!stage_->calm) return false;
    for (const auto& story : stories_) {
      if (!story->over()) return false;
    }
    for (const auto which : {kIntake, kPricing, kWorkflow, kWorker}) {
      if (!house_.is_up(which) || house_.streams().length(name_of(which)) > 0) return false;
      if (house_.outbox(which) > 0) return false;
    }
    return true;
  }

  std::string what_goes_on() {
    std::string out;
    for (const auto& story : stories_) {
      if (!story->over()) out += story->where() + "; ";
    }
    for (const auto which : {kIntake, kPricing, kWorkflow, kWorker}) {
      out += std::string(name_of(which)) + " " + std::to_string(house_.outbox(which)) + " to send, " +
             std::to_string(house_.streams().length(name_of(which))) + " to read; ";
    }
    return out;
  }

  void become_calm() {
    stage_->calm = true;
    house_.be_calm();
    house_.streams().set_away(false);
    for (const auto which : {kIntake, kPricing, kWorkflow, kWorker}) house_.clock(which).set_off({});
  }

  /// Now and then there is peace for long enough that silence means something.
  void plan_mischief() {
    const bool peace = chance_.happens(0.04);
    stage_->later(peace ? 150 : 0.5, peace ? 250 : 12, [this] {
      if (stage_->calm) return;
      mischief();
      plan_mischief();
    });
  }

  void mischief() {
    const auto which = static_cast<Which>(chance_.below(kServices));
    switch (chance_.below(8)) {
      case 0:
        if (house_.is_up(which)) house_.crash(which);
        return;
      case 1:
      case 2:
      case 3:
        return house_.crash_later(which, static_cast<int>(chance_.between(1, 40)));
      case 4:
        ++outcome_.queue_losses;
        return house_.streams().lose_everything();
      case 5:
        house_.streams().set_away(true);
        return stage_->later(0.5, 90, [this] { house_.streams().set_away(false); });
      case 6:
        house_.change_prices();
        if (house_.is_up(kPricing)) house_.crash(kPricing);
        return;
      default:
        return set_clock(which);
    }
  }

  /// By a little, or by a lot; and one day it is right again.
  void set_clock(Which which) {
    ++outcome_.clock_jumps;
    const bool much = chance_.happens(0.3);
    const auto most_ms = much ? 600'000 : 3'000;
    house_.clock(which).set_off(std::chrono::milliseconds(chance_.between(-most_ms / 10, most_ms)));
    stage_->later(10, 120, [this, which] { house_.clock(which).set_off({}); });
  }

  Options options_;
  Chance chance_;
  ManualClock time_;
  House house_;
  Agenda agenda_;
  Trail trail_;
  std::vector<std::string> consents_;
  std::unique_ptr<Watch> watch_;
  std::unique_ptr<Stage> stage_;
  std::unique_ptr<Crew> crew_;
  std::vector<std::unique_ptr<Story>> stories_;
  std::array<bool, kServices> turn_planned_{}, sends_{}, opening_{};
  Timestamp rests_since_ = kBegin;
  Outcome outcome_;
};

}  // namespace

Outcome play(const Options& options) {
  id_chance = std::make_unique<Chance>(~options.seed);
  random_source = fill_from_seed;
  const Outcome outcome = World(options).play();
  random_source = nullptr;
  return outcome;
}

}  // namespace rescue::simulation
