#include "late_writes.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace rescue::service {
namespace {

class LateWritesTest : public ::testing::Test {
 protected:
  LateWritesTest() : db(*store::Database::open("sqlite://:memory:", {})) {}

  std::int64_t count(const std::string& table) {
    return (*db->read([&](store::Tx& tx) { return tx.find("SELECT COUNT(*) FROM " + table); }))->integer(0);
  }
  /// Leaves a counter's row behind, or fails after it has written it.
  Service::LateWork work(const std::string& name, bool fails = false) {
    return [this, name, fails](store::Tx& tx, Service::Gathered& gathered) -> Status {
      RESCUE_TRY(tx.execute("INSERT INTO counters (name, value) VALUES (?, 1)", {name}));
      gathered.audit.push_back(&row);
      if (fails) return fail(ErrorCode::kConflict, "version-conflict", name);
      return {};
    };
  }

  std::unique_ptr<store::Database> db;
  SystemClock clock;
  log::Logger log{{.service = "test", .minimum = log::Level::kError}, clock};
  store::AuditRow row;
};

TEST_F(LateWritesTest, AFailureTakesBackOnlyItself) {
  std::latch may_begin(1);
  std::vector<std::string> ends;
  {
    LateWrites late(*db, log, "", [](std::size_t) {});
    late.start();
    // Holds the writer back, so that the others go together.
    late.write(
        [&](store::Tx&, Service::Gathered&) -> Status {
          may_begin.wait();
          return {};
        },
        [](const Status&) {});
    for (const auto* name : {"a", "b", "c"}) {
      late.write(work(name, name == std::string("b")),
                 [&ends](const Status& status) { ends.push_back(status ? "" : status.error().detail); });
    }
    may_begin.count_down();
  }
  EXPECT_EQ(ends, (std::vector<std::string>{"", "b", ""}));
  EXPECT_EQ(count("counters"), 2);
  EXPECT_EQ(db->read([](store::Tx& tx) { return store::Audit::verify(tx); }), 2);
}

TEST_F(LateWritesTest, AThrowIsTheEndOfThatWorkAlone) {
  std::latch may_begin(1);
  std::vector<std::string> ends;
  const auto told = [&ends](const Status& status) { ends.push_back(status ? "" : status.error().detail); };
  {
    LateWrites late(*db, log, "", [](std::size_t) {});
    late.start();
    late.write(
        [&](store::Tx&, Service::Gathered&) -> Status {
          may_begin.wait();
          return {};
        },
        [](const Status&) {});
    late.write(work("a"), told);
    late.write([](store::Tx&, Service::Gathered&) -> Status { throw std::runtime_error("bug"); }, told);
    late.write([](store::Tx&, Service::Gathered&) -> Status { throw 1; }, told);
    may_begin.count_down();
  }
  EXPECT_EQ(ends, (std::vector<std::string>{"", "bug", "not a std::exception"}));
  EXPECT_EQ(count("counters"), 1);
}

TEST_F(LateWritesTest, TellsOfLettersOnceTheyAreDurableAndTakesNothingAfterTheEnd) {
  std::atomic<int> told{0};
  Message message;
  message.from = "intake";
  message.to = "workflow";
  message.type = "report.received";
  message.incident_id = "inc_a";
  const auto letter = *store::Outbox::prepare(message);
  LateWrites late(*db, log, "", [&](std::size_t letters) { told += static_cast<int>(letters); });
  late.start();
  late.write(
      [&](store::Tx&, Service::Gathered& gathered) -> Status {
        gathered.letters.push_back(&letter);
        return {};
      },
      [](const Status& status) { EXPECT_TRUE(status); });
  late.stop();
  EXPECT_EQ(told, 1);
  EXPECT_EQ(count("outbox"), 1);
  std::string problem;
  late.write(work("late"), [&](const Status& status) { problem = status.error().problem; });
  EXPECT_EQ(problem, "service-unavailable");
}

TEST_F(LateWritesTest, RefusesMoreThanItMayHoldWhileTheDatabaseHangs) {
  std::latch begun(1);
  std::latch goes_on(1);
  std::size_t written = 0;
  std::vector<std::string> refused;
  {
    LateWrites late(*db, log, "", [](std::size_t) {});
    late.start();
    late.write(
        [&](store::Tx&, Service::Gathered&) -> Status {
          begun.count_down();
          goes_on.wait();
          return {};
        },
        [](const Status&) {});
    begun.wait();
    const auto nothing = [](store::Tx&, Service::Gathered&) -> Status { return {}; };
    const auto told = [&](const Status& status) {
      if (status) {
        ++written;
      } else {
        refused.push_back(status.error().problem);
      }
    };
    for (std::size_t i = 0; i < LateWrites::kWaitingMax; ++i) late.write(nothing, told);
    EXPECT_TRUE(refused.empty());
    late.write(nothing, told);
    EXPECT_EQ(refused, std::vector<std::string>{"service-unavailable"});
    goes_on.count_down();
  }
  EXPECT_EQ(written, LateWrites::kWaitingMax);
}

}  // namespace
}  // namespace rescue::service
