// The clocks of real incidents in a real database, on each back end, with a clock that is turned by hand.
#include "sla.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "app.hpp"
#include "rescue/catalog/testing/annex_room.hpp"
#include "rescue/store/testing/postgres_server.hpp"

namespace rescue::workflow {
namespace {

using incident::Event;
using incident::State;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t kMinuteUs = 60'000'000;
/// Thursday, in business hours; Monday to Wednesday after it are holidays.
const Timestamp kBegin = parse_rfc3339("2026-09-17T13:00:00+09:00").value();

class SlaTest : public ::testing::TestWithParam<std::string> {
 protected:
  SlaTest() : clock_(kBegin) {
    std::filesystem::create_directories(dir_);
    std::ofstream(dir_ / "keys.json") << R"({"keys":[]})";
    std::ofstream(dir_ / "token") << "rk_w_" + std::string(64, '0');
    config_.common.name = "workflow";
    config_.contracts.file = RESCUE_SOURCE_DIR "/libs/catalog/data/contracts.example.json";
    config_.annexes.directory = catalog::testing::AnnexRoom::shipped();
    config_.common.database_url = GetParam() == "sqlite"
                                      ? "sqlite://" + (dir_ / "workflow.db").string()
                                      : store::testing::PostgresServer::shared().new_database();
    config_.common.keys_file = dir_ / "keys.json";
    config_.common.log_level = log::Level::kError;
    config_.worker_token_file = dir_ / "token";
    config_.contracts.file = RESCUE_SOURCE_DIR "/libs/catalog/data/contracts.example.json";
    config_.annexes.directory = catalog::testing::AnnexRoom::shipped();
    config_.business.company_holidays_file = dir_ / "own.csv";
    config_.contracts.file = RESCUE_SOURCE_DIR "/libs/catalog/data/contracts.example.json";
    config_.annexes.directory = catalog::testing::AnnexRoom::shipped();
    std::ofstream(dir_ / "own.csv") << "date,name\n";
    app_ = std::make_unique<App>(config_, clock_);
  }
  ~SlaTest() override {
    app_.reset();
    std::filesystem::remove_all(dir_);
  }

  Casework& casework() { return app_->casework(); }
  template <class F>
  auto write(F&& work) {
    return app_->service().database().write(std::forward<F>(work));
  }
  std::string open() {
    Incident fresh;
    fresh.id = IncidentId::make(clock_.now()).str();
    fresh.server_id = "srv-1001";
    fresh.customer = "C-1001";
    fresh.category = "intrusion";
    fresh.notice_source = "customer";
    fresh.opened_us = to_us(clock_.now());
    const auto done = write([&](store::Tx& tx) {
      return casework().incidents.open(tx, fresh, {"system", "r"});
    });
    EXPECT_TRUE(done) << done.error().detail;
    return fresh.id;
  }
  /// Changes the incident as a step of the product would.
  void change(const std::string& id, const std::function<void(Incident&)>& how,
              const std::string& actor = "system") {
    const auto done = write([&](store::Tx& tx) -> Status {
      RESCUE_ASSIGN(auto incident, casework().incidents.load(tx, id));
      how(incident);
      return casework().incidents.record(tx, incident, "test", {actor, "r"});
    });
    EXPECT_TRUE(done) << done.error().detail;
  }
  void advance(const std::string& id, Event event, const std::string& actor = "system") {
    const auto done = write([&](store::Tx& tx) -> Status {
      RESCUE_ASSIGN(auto incident, casework().incidents.load(tx, id));
      return casework().incidents.advance(tx, incident, event, {actor, "r"});
    });
    EXPECT_TRUE(done) << done.error().detail;
  }
  void wait_for(const std::string& id, std::optional<std::string> what) {
    change(id, [&](Incident& incident) { incident.waiting_for = what; });
  }
  Json view(const std::string& id) {
    const auto view = app_->service().database().read([&](store::Tx& tx) -> Result<Json> {
      RESCUE_ASSIGN(const auto incident, casework().incidents.load(tx, id));
      return casework().sla.view(tx, incident);
    });
    EXPECT_TRUE(view) << view.error().detail;
    return view.value_or(Json());
  }
  /// The newest run of a clock; null where there is none.
  Json clock(const std::string& id, const std::string& name) {
    Json found;
    const auto seen = view(id);
    for (const auto& one : seen.at("clocks")) {
      if (one.at("clock") == name) found = one;
    }
    return found;
  }
  std::string metric(const std::string& line) {
    const auto text = app_->service().metrics().text();
    const auto begin = text.find(line + " ");
    if (begin == std::string::npos) return "";
    const auto value = begin + line.size() + 1;
    return text.substr(value, text.find('\n', value) - value);
  }
  std::string working() {
    const auto id = open();
    advance(id, Event::kStartPrecheck);
    for (const auto event :
         {Event::kConfirm, Event::kOfferChoice, Event::kAcceptOrder, Event::kSchedule, Event::kStartWork}) {
      advance(id, event, "operator:k1");
    }
    return id;
  }

  std::filesystem::path dir_ = std::filesystem::temp_directory_path() / ("sla_test_" + random_hex(8));
  ManualClock clock_;
  Config config_;
  std::unique_ptr<App> app_;
};

TEST_P(SlaTest, TheFirstResponseIsAnOperatorsHand) {
  const auto id = open();
  advance(id, Event::kStartPrecheck);
  EXPECT_EQ(clock(id, "first_response").at("due_at"), "2026-09-17T05:00:00.000Z");
  clock_.advance(minutes(20));
  change(
      id, [](Incident&) {}, "worker:w1");
  EXPECT_EQ(clock(id, "first_response").at("state"), "running") << "a worker is no person";
  change(
      id, [](Incident&) {}, "operator:k1");
  const auto first = clock(id, "first_response");
  EXPECT_EQ(first.at("state"), "met");
  EXPECT_EQ(first.at("used_us"), 20 * kMinuteUs);
  EXPECT_EQ(metric("rescue_sla_total{clock=\"first_response\",outcome=\"met\"}"), "1");
}

TEST_P(SlaTest, ADueTimeIsExplainedDayByDay) {
  const auto id = open();
  advance(id, Event::kStartPrecheck);
  clock_.advance(hours(26));  // Friday, 15:00: of the four hours all are used up on Thursday
  advance(id, Event::kUnconfirm, "operator:k1");
  EXPECT_EQ(clock(id, "precheck").at("state"), "missed");
  advance(id, Event::kStartPrecheck);
  const auto again = clock(id, "precheck");
  EXPECT_EQ(again.at("run"), 2);
  EXPECT_EQ(again.at("due_at"), "2026-09-24T02:00:00.000Z");
  std::vector<std::string> days;
  for (const auto& day : again.at("until_due")) {
    days.push_back(day.at("closed").is_null() ? day.at("seconds").dump() : day.at("name").get<std::string>());
  }
  EXPECT_EQ(days, (std::vector<std::string>{"10800", "Saturday", "Sunday", "敬老の日", "国民の休日",
                                            "秋分の日", "3600"}));
}

TEST_P(SlaTest, WaitingForTheCustomerStopsTheClockAndSaysSo) {
  const auto id = working();
  clock_.advance(hours(1));
  wait_for(id, "hearing");
  EXPECT_EQ(clock(id, "report").at("state"), "paused");
  EXPECT_TRUE(clock(id, "report").at("due_at").is_null());
  clock_.advance(hours(24));
  wait_for(id, std::nullopt);
  clock_.advance(hours(2));
  const auto report = clock(id, "report");
  EXPECT_EQ(report.at("used_us"), 3 * 60 * kMinuteUs);
  ASSERT_EQ(report.at("steps").size(), 3U);
  EXPECT_EQ(report.at("steps").at(1).at("waiting_for"), "hearing");
  EXPECT_EQ(report.at("steps").at(1).at("used_us"), 0);
  change(id, [](Incident& incident) { incident.report_sha256 = std::string(64, 'a'); });
  EXPECT_EQ(clock(id, "report").at("state"), "met");
}

TEST_P(SlaTest, WhatIsLateIsCountedWhileItIsOpenAndAfter) {
  const auto id = open();
  const auto other = open();
  advance(id, Event::kStartPrecheck);
  EXPECT_EQ(metric("rescue_sla_open{clock=\"precheck\",state=\"running\"}"), "2");
  EXPECT_EQ(metric("rescue_sla_breached{clock=\"first_response\"}"), "0");
  EXPECT_EQ(std::stod(metric("rescue_sla_next_due_timestamp_seconds{clock=\"first_response\"}")),
            static_cast<double>(to_us(kBegin + hours(1))) / 1e6);
  clock_.advance(hours(1) + minutes(1));
  EXPECT_EQ(metric("rescue_sla_breached{clock=\"first_response\"}"), "2");
  EXPECT_TRUE(clock(id, "first_response").at("breached"));
  wait_for(id, "choice");
  EXPECT_EQ(metric("rescue_sla_breached{clock=\"first_response\"}"), "2") << "late, and standing";
  wait_for(id, std::nullopt);
  change(
      other, [](Incident&) {}, "operator:k1");
  advance(id, Event::kCancel, "system");
  EXPECT_EQ(clock(id, "first_response").at("state"), "missed") << "it was late before it was given up";
  EXPECT_EQ(clock(id, "precheck").at("state"), "dropped");
  EXPECT_EQ(metric("rescue_sla_total{clock=\"first_response\",outcome=\"missed\"}"), "2");
  EXPECT_EQ(metric("rescue_sla_breached{clock=\"first_response\"}"), "0");
}

TEST_P(SlaTest, AfterTheEndItsTimeStands) {
  const auto id = open();
  advance(id, Event::kStartPrecheck);
  clock_.advance(hours(3));
  advance(id, Event::kCancel, "operator:k1");
  clock_.advance(hours(300));
  const auto time = view(id).at("time");
  EXPECT_EQ(time.at("elapsed_us"), 180 * kMinuteUs);
  EXPECT_EQ(time.at("provider_us"), 180 * kMinuteUs);
}

TEST_P(SlaTest, AnotherCalendarIsReckonedWithAtOnce) {
  const auto id = open();
  advance(id, Event::kStartPrecheck);
  clock_.advance(hours(2));
  EXPECT_EQ(clock(id, "precheck").at("due_at"), "2026-09-17T08:00:00.000Z");
  std::ofstream(dir_ / "own.csv") << "date,name\n2026-09-17,創立記念日\n";
  EXPECT_TRUE(casework().business_days.refresh().changed);
  ASSERT_TRUE(casework().sla.reckon_again());
  const auto again = clock(id, "precheck");
  EXPECT_EQ(again.at("due_at"), "2026-09-18T05:00:00.000Z");
  EXPECT_EQ(again.at("used_us"), 0);
}

/// What the four clocks and the three parts should be, counted minute by minute.
struct Naive {
  std::map<std::string, std::int64_t> used;  ///< of the run that is open
  std::map<std::string, bool> open, ran;
  std::int64_t provider = 0, customer = 0, closed = 0;
  std::int64_t over = 0;                       ///< since its end; the customer's, should it come back
  std::int64_t merged = 0, merged_closed = 0;  ///< as long as it was another's; ours, should it come back

  void minute(const SlaMoment& at, bool business) {
    const bool customers = !at.waiting_for.empty() || at.state == State::kSelfRemediation;
    if (at.state == State::kMerged) {
      ++(business ? merged : merged_closed);
    } else {
      ++(incident::is_final(at.state) ? over : customers ? customer : business ? provider : closed);
    }
    for (const auto& rule : clock_rules()) {
      const std::string name(rule.name);
      if (open[name] && business && !rule.paused(at.waiting_for)) ++used[name];
    }
  }
  void step(const SlaMoment& at) {
    if (!incident::is_final(at.state)) {
      customer += std::exchange(over, 0);
      provider += std::exchange(merged, 0);
      closed += std::exchange(merged_closed, 0);
    }
    for (const auto& rule : clock_rules()) {
      const std::string name(rule.name);
      if (open[name] && (rule.reached(at) || incident::is_final(at.state))) {
        open[name] = false;
      } else if (!open[name] && rule.begins(at) && !rule.reached(at) && !(rule.once && ran[name])) {
        open[name] = ran[name] = true;
        used[name] = 0;
      }
    }
  }
};

TEST_P(SlaTest, ProviderCustomerAndClosedTimeAddUpAlways) {
  std::mt19937_64 random(20260918);
  const auto calendar = casework().business_days.current();
  const std::vector<std::string> waits{"", "", "", "hearing", "order", "choice"};
  for (int round = 0; round < 25; ++round) {
    const auto id = open();
    SlaMoment moment{State::kReported, "", false, false};
    Naive naive;
    naive.step(moment);
    for (int turn = 0; turn < 25; ++turn) {
      const auto length = static_cast<int>(random() % (random() % 4 == 0 ? 4000 : 200));
      for (int i = 0; i < length; ++i) {
        naive.minute(moment, calendar->is_open(clock_.now()));
        clock_.advance(minutes(1));
      }
      std::vector<Event> possible;
      for (const auto& edge : incident::edges()) {
        if (edge.from == moment.state && edge.event != Event::kCancel) possible.push_back(edge.event);
      }
      moment.by_operator = random() % 5 == 0;
      const std::string actor = moment.by_operator ? "operator:k1" : "system";
      if (!possible.empty() && random() % 2 == 0) {
        const auto event = possible[random() % possible.size()];
        moment.state = incident::next(moment.state, event).value();
        if (event == Event::kRework) moment.reported = false;
      }
      if (moment.state == State::kMerged) moment.waiting_for.clear();
      if (!incident::is_final(moment.state)) moment.waiting_for = waits[random() % waits.size()];
      if (moment.state == State::kReporting && random() % 3 == 0) moment.reported = true;
      change(
          id,
          [&](Incident& incident) {
            incident.state = moment.state;
            incident.waiting_for =
                moment.waiting_for.empty() ? std::nullopt : std::optional(moment.waiting_for);
            incident.report_sha256 = moment.reported ? std::optional(std::string(64, 'a')) : std::nullopt;
          },
          actor);
      naive.step(moment);

      const auto seen = view(id);
      const auto& time = seen.at("time");
      const auto part = [&](const char* key) { return time.at(key).get<std::int64_t>(); };
      ASSERT_EQ(part("provider_us") + part("customer_us") + part("closed_us"), part("elapsed_us"));
      ASSERT_EQ(part("provider_us"), naive.provider * kMinuteUs) << id;
      ASSERT_EQ(part("customer_us"), naive.customer * kMinuteUs) << id;
      ASSERT_EQ(part("closed_us"), naive.closed * kMinuteUs) << id;
      for (const auto& run : seen.at("clocks")) {
        std::int64_t steps = 0;
        for (const auto& one : run.at("steps")) steps += one.at("used_us").get<std::int64_t>();
        ASSERT_EQ(run.at("used_us"), steps) << run;
        const auto name = run.at("clock").get<std::string>();
        ASSERT_EQ(run.at("stopped_at").is_null(), naive.open[name] && run == clock(id, name)) << run;
        if (run.at("stopped_at").is_null()) {
          ASSERT_EQ(run.at("used_us"), naive.used[name] * kMinuteUs) << run;
        }
        std::int64_t ahead = 0;
        for (const auto& day : run.at("until_due"))
          ahead += day.at("seconds").get<std::int64_t>() * 1'000'000;
        if (run.at("state") == "running" && !run.at("breached").get<bool>()) {
          ASSERT_EQ(run.at("used_us").get<std::int64_t>() + ahead, run.at("target_us")) << run;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, SlaTest, ::testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace rescue::workflow
