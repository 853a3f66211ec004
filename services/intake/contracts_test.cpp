// R6: whose server it was when the trouble was seen, and a directory that does not answer.
#include <filesystem>
#include <fstream>

#include "rescue/base/id.hpp"
#include "testing.hpp"

namespace rescue::intake {
namespace {

/// The address 192.0.2.10 went from srv-0900 to srv-1001 on 2026-09-01; now is 2026-09-18, noon in Tokyo.
class AddressThatMoved : public ::testing::Test {
 protected:
  AddressThatMoved() {
    const auto server = [](const char* id, const char* customer, const char* from, const Json& to) {
      return Json{{"id", id},
                  {"customer", customer},
                  {"addresses", {"192.0.2.10"}},
                  {"hostname", "web.example.net"},
                  {"contract", {{"from", from}, {"to", to}}}};
    };
    std::ofstream(file_) << dump_json({{"servers",
                                        {server("srv-0900", "C-0900", "2026-01-01", "2026-08-31"),
                                         server("srv-1001", "C-1001", "2026-09-01", nullptr)}}});
    intake_ = std::make_unique<RunningIntake>(contract::absent_redis(), std::chrono::milliseconds(0),
                                              directory::ContractsConfig{.file = file_});
  }
  ~AddressThatMoved() override {
    intake_.reset();
    std::filesystem::remove(file_);
  }
  /// The server of a report by this name, seen at this time ("": not said); else the problem.
  std::string whose(const std::string& seen_at, const Json& server = {{"address", "192.0.2.10"}}) {
    auto body = example("report-third-party");
    body["server"] = server;
    body.erase("seen_at");
    if (!seen_at.empty()) body["seen_at"] = seen_at;
    const auto answer = intake_->door("reporter").post("/v1/reports", body);
    if (answer.status != 202) return answer.problem() + ": " + answer.body.value("detail", "");
    return intake_
        ->row("SELECT server_id FROM reports WHERE report_id = '" +
              answer.body["report_id"].get<std::string>() + "'")
        .text(0);
  }

  std::string file_ = (std::filesystem::temp_directory_path() / ("contracts_" + random_hex(8))).string();
  std::unique_ptr<RunningIntake> intake_;
};

TEST_F(AddressThatMoved, R6_ReportedAsSeenLastMonthBelongsToWhoHeldItThen) {
  EXPECT_EQ(whose("2026-08-18T12:00:00+09:00"), "srv-0900");
  EXPECT_EQ(whose("2026-08-31T23:59:59+09:00"), "srv-0900") << "its last day";
}

TEST_F(AddressThatMoved, R6_ReportedAsSeenNowOrAtNoTimeBelongsToWhoHoldsItNow) {
  EXPECT_EQ(whose("2026-09-01T00:00:00+09:00"), "srv-1001");
  EXPECT_EQ(whose("2026-09-18T03:00:00Z"), "srv-1001");
  EXPECT_EQ(whose(""), "srv-1001");
}

TEST_F(AddressThatMoved, R6_ReportedAsSeenWhenNobodyHeldItIsRefused) {
  EXPECT_EQ(whose("2025-12-31T12:00:00+09:00").substr(0, 19), "not-under-contract:");
}

TEST_F(AddressThatMoved, R6_ATimeThatCannotBeMeantCountsAsNow) {
  EXPECT_EQ(whose("2027-01-01T00:00:00Z"), "srv-1001") << "in the future";
  EXPECT_EQ(whose("1998-01-01T00:00:00Z"), "srv-1001") << "a clock that was never set";
}

TEST_F(AddressThatMoved, R6_TheSameHoldsByHostNameAndById) {
  EXPECT_EQ(whose("2026-08-18T12:00:00+09:00", {{"hostname", "WEB.example.net."}}), "srv-0900");
  EXPECT_EQ(whose("", {{"hostname", "web.example.net"}}), "srv-1001");
  EXPECT_EQ(whose("2026-08-18T12:00:00+09:00", {{"id", "srv-0900"}}), "srv-0900");
  EXPECT_NE(whose("", {{"id", "srv-0900"}}).find("ended on 2026-08-31"), std::string::npos);
}

TEST(ContractsAway, R6_NothingIsTakenAndTheCallerIsToldWhenToComeBack) {
  const auto token = (std::filesystem::temp_directory_path() / ("token_" + random_hex(8))).string();
  std::ofstream(token) << "rk_1";
  {
    RunningIntake intake(contract::absent_redis(), std::chrono::milliseconds(0),
                         {.url = "http://127.0.0.1:1", .token_file = token});
    const auto answer = intake.door("reporter").post("/v1/reports", example("report-third-party"));
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.problem(), "contracts-unavailable");
    EXPECT_EQ(answer.headers.at("retry-after"), "5");
    EXPECT_EQ(answer.body["detail"].get<std::string>().find("127.0.0.1"), std::string::npos);
    EXPECT_EQ(intake.row("SELECT COUNT(*) FROM reports").integer(0), 0);
    EXPECT_EQ(intake.row("SELECT COUNT(*) FROM outbox").integer(0), 0);
    const auto ready = intake.door("operator").get("/readyz");
    EXPECT_NE(dump_json(ready.body).find("contracts"), std::string::npos);
  }
  std::filesystem::remove(token);
}

}  // namespace
}  // namespace rescue::intake
