// What the program does on each request, on a folder that stands for the root.
#include "operations.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "rescue/base/base64.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::responder {
namespace {

TEST(Operations, WhatIsThrownInOneIsItsFailure) {
  std::string root = "/tmp/rescue-responder-XXXXXX";
  ASSERT_NE(::mkdtemp(root.data()), nullptr);
  std::filesystem::create_directories(root + "/etc/postfix");
  std::ofstream(root + "/etc/postfix/main.cf") << "mynetworks = 0.0.0.0/0\n";
  const auto operations = *Operations::open(root, [](const recovery::Command&) -> Result<recovery::Ended> {
    throw std::out_of_range("a hostile file");
  });
  recovery::Request request;
  request.op = "survey";
  EXPECT_EQ(operations->run(request).error().problem, "internal-error");
  request.op = "hello";
  EXPECT_TRUE(operations->run(request));
  std::filesystem::remove_all(root);
}

class OperationsTest : public ::testing::Test {
 protected:
  OperationsTest() {
    std::string name = "/tmp/rescue-responder-XXXXXX";
    root_ = ::mkdtemp(name.data());
    std::filesystem::create_directories(root_ + "/etc/postfix");
    std::ofstream(root_ + "/etc/postfix/main.cf") << "mynetworks = 0.0.0.0/0\n";
    std::ofstream(root_ + "/etc/postfix/master.cf") << "smtp inet n - y - - smtpd\n";
    operations_ = *Operations::open(root_, [](const recovery::Command& command) -> Result<recovery::Ended> {
      const bool known = command.arguments.empty() || !command.arguments[0].ends_with('h');
      return recovery::Ended{known ? 0 : 1, ""};
    });
  }
  ~OperationsTest() override { std::filesystem::remove_all(root_); }

  Result<Json> ask(const Json& request) {
    std::int64_t id = 0;
    const auto parsed = recovery::parse_request(dump_json(request), id);
    if (!parsed) return fail(parsed.error());
    return operations_->run(*parsed);
  }
  Json plan() { return *ask({{"id", 1}, {"op", "plan"}, {"ways", {{{"way", "open_relay"}}}}}); }
  Result<Json> write_lock(const std::string& record) {
    return ask({{"id", 1}, {"op", "lock-write"}, {"record", encode_base64(record)}});
  }
  Result<Json> apply(const Json& step, const std::string& lock) {
    return ask({{"id", 1},
                {"op", "apply"},
                {"step", step["id"]},
                {"step_sha256", step["sha256"]},
                {"job", "job_1"},
                {"lock_sha256", sha256_hex(lock)}});
  }
  std::string main_cf() const {
    std::ifstream in(root_ + "/etc/postfix/main.cf");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string root_;
  std::unique_ptr<Operations> operations_;
};

TEST_F(OperationsTest, R13_ClosesTheRelayUnderTheLockAndUndoesIt) {
  const auto step = plan()["steps"].at(0);
  const auto done = operations_->alone([&]() -> Status {
    RESCUE_TRY(write_lock("mine"));
    RESCUE_ASSIGN(const auto applied, apply(step, "mine"));
    EXPECT_EQ(applied["state"], "done");
    EXPECT_EQ(main_cf().find("0.0.0.0/0"), std::string::npos);
    EXPECT_TRUE(plan()["steps"].empty()) << "a second run has nothing to do";
    const auto status = ask({{"id", 1}, {"op", "status"}});
    EXPECT_EQ((*status)["steps"].at(0)["job"], "job_1") << "whose step it is";
    const auto evidence = ask({{"id", 1}, {"op", "record"}, {"number", 1}});
    EXPECT_EQ((*evidence)["record_sha256"], applied["record"]["record_sha256"]);
    RESCUE_ASSIGN(const auto undone,
                  ask({{"id", 1}, {"op", "undo"}, {"number", 1}, {"lock_sha256", sha256_hex("mine")}}));
    EXPECT_EQ(undone["state"], "done");
    EXPECT_EQ(main_cf(), "mynetworks = 0.0.0.0/0\n");
    return {};
  });
  EXPECT_TRUE(done) << done.error().detail;
}

TEST_F(OperationsTest, NothingIsChangedWithoutTheLockOrUnderAnotherOnesRecord) {
  const auto step = plan()["steps"].at(0);
  EXPECT_EQ(apply(step, "mine").error().problem, "lock-not-held");
  const auto held = operations_->alone([&]() -> Status {
    EXPECT_EQ(apply(step, "mine").error().problem, "fenced-off") << "there is no record yet";
    RESCUE_TRY(write_lock("a later attempt's"));
    EXPECT_EQ(apply(step, "mine").error().problem, "fenced-off");
    return {};
  });
  EXPECT_TRUE(held);
  EXPECT_EQ(main_cf(), "mynetworks = 0.0.0.0/0\n");
}

TEST_F(OperationsTest, WhatWasNotPlannedIsNotDone) {
  auto step = plan()["steps"].at(0);
  step["sha256"] = std::string(64, '0');
  const auto held = operations_->alone([&]() -> Status {
    RESCUE_TRY(write_lock("mine"));
    EXPECT_EQ(apply(step, "mine").error().problem, "not-as-planned");
    return {};
  });
  EXPECT_TRUE(held);
}

TEST_F(OperationsTest, R13_PurgesTheMailOfAnAccountUnderTheLockOnly) {
  const std::string file = "/var/spool/postfix/active/A00001";
  std::filesystem::create_directories(root_ + "/var/spool/postfix/active");
  std::filesystem::create_directories(root_ + "/var/spool/postfix/hold");
  // The time, who logged in, sender, recipient, an empty content.
  const std::string bytes =
      "T\x0c"
      "1789264811 1"
      "A\x12"
      "sasl_username=info"
      "S\x03"
      "a@b"
      "R\x03"
      "c@d"
      "M" +
      std::string(1, '\0');
  std::ofstream(root_ + file, std::ios::binary) << bytes;
  std::filesystem::permissions(root_ + file, std::filesystem::perms::owner_all);
  const auto plan =
      *ask({{"id", 1}, {"op", "queue-plan"}, {"ways", {{{"way", "abused_account"}, {"account", "info"}}}}});
  EXPECT_EQ(plan["classes"]["abuse"]["messages"], 1) << dump_json(plan);
  const Json purge{{"id", 1},
                   {"op", "queue-purge"},
                   {"criteria", plan["criteria"]},
                   {"job", "job_1"},
                   {"lock_sha256", sha256_hex("mine")}};
  const auto undo = [&](const char* op, const char* job) {
    return ask({{"id", 1}, {"op", op}, {"jobs", {job}}, {"lock_sha256", sha256_hex("mine")}});
  };
  EXPECT_EQ(ask(purge).error().problem, "lock-not-held");
  const auto held = operations_->alone([&]() -> Status {
    EXPECT_EQ(ask(purge).error().problem, "fenced-off");
    RESCUE_TRY(write_lock("mine"));
    RESCUE_ASSIGN(const auto told, ask(purge));
    EXPECT_EQ(told["counts"]["purged"], 1);
    EXPECT_FALSE(std::filesystem::exists(root_ + file));
    EXPECT_TRUE(ask({{"id", 1}, {"op", "queue-record"}, {"round", 1}, {"offset", 0}}));
    EXPECT_EQ((*undo("queue-restore", "job_2"))["restored"], 0) << "it was another's work";
    RESCUE_ASSIGN(const auto back, undo("queue-restore", "job_1"));
    EXPECT_EQ(back["restored"], 1);
    EXPECT_EQ((*undo("queue-release", "job_2"))["released"], 0);
    RESCUE_ASSIGN(const auto free, undo("queue-release", "job_1"));
    EXPECT_EQ(free["released"], 1);
    return {};
  });
  EXPECT_TRUE(held);
}

TEST_F(OperationsTest, R13_NobodysMailIsJudgedByItsAddressWhereNoDoorWasSeenOpen) {
  const auto criteria = [&](const char* job = "job_1") {
    const auto told = *ask({{"id", 1},
                            {"op", "queue-plan"},
                            {"job", job},
                            {"ways", {{{"way", "open_relay"}, {"addresses", {"203.0.113.20"}}}}}});
    return told.at("criteria").at("any").size();
  };
  std::filesystem::create_directories(root_ + "/var/spool/postfix/active");
  EXPECT_EQ(criteria(), 1U);
  ASSERT_TRUE(operations_->alone([&]() -> Status {
    EXPECT_TRUE(write_lock("first"));
    EXPECT_TRUE(apply(plan()["steps"][0], "first"));
    return {};
  }));
  EXPECT_EQ(criteria(), 1U) << "a step of this job shut it";
  EXPECT_EQ(criteria("job_2"), 0U) << "what was open once says nothing of who mails today";
  std::filesystem::remove_all(root_ + "/var/lib/rescue-responder");
  EXPECT_EQ(criteria(), 0U) << "it was never open, as far as is known";
}

TEST_F(OperationsTest, TheRecordIsReadBackAsItWasWritten) {
  const auto held = operations_->alone([&]() -> Status {
    EXPECT_TRUE((*ask({{"id", 1}, {"op", "lock-read"}}))["record"].is_null());
    RESCUE_TRY(write_lock(std::string("a\0b", 3)));
    EXPECT_EQ((*ask({{"id", 1}, {"op", "lock-read"}}))["record"], encode_base64(std::string_view("a\0b", 3)));
    return {};
  });
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace rescue::responder
