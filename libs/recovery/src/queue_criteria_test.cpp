#include "rescue/recovery/queue_criteria.hpp"

#include <gtest/gtest.h>

namespace rescue::recovery {
namespace {

QueueCriteria criteria(const std::string& one) {
  return parse_queue_criteria(parse_json(R"({"any": [)" + one + "]}").value()).value();
}
std::string refusal(const std::string& one) {
  const auto read = parse_queue_criteria(parse_json(R"({"any": [)" + one + "]}").value());
  return read ? "" : read.error().problem + " " + read.error().pointer;
}

TEST(QueueCriteria, MatchesTheAccountAndNobodyElse) {
  const auto account = criteria(R"({"account": "Info"})");
  EXPECT_EQ(account.reason_for({.sender = "x@y.example", .account = "info"}, {}), "account info");
  EXPECT_EQ(account.reason_for({.sender = "info@y.example", .account = "sales"}, {}), "");
  EXPECT_EQ(account.reason_for({.sender = "info"}, {}), "");
}

TEST(QueueCriteria, MatchesSendersWholeOrByDomain) {
  const auto domain = criteria(R"({"sender": "*@bank.example"})");
  EXPECT_NE(domain.reason_for({.sender = "Any@Bank.example"}, {}), "");
  EXPECT_EQ(domain.reason_for({.sender = "any@notbank.example"}, {}), "");
  EXPECT_EQ(domain.reason_for({.sender = "@bank.example"}, {}), "");
  EXPECT_EQ(domain.reason_for({.sender = ""}, {}), "");
}

TEST(QueueCriteria, LeavesMailOfWhoLoggedInFromTheSameAddress) {
  const auto stranger = criteria(R"({"address": "203.0.113.5", "without_login": true})");
  EXPECT_EQ(stranger.reason_for({.address = "203.0.113.5"}, {}), "address 203.0.113.5, without a log-in");
  EXPECT_EQ(stranger.reason_for({.account = "info", .address = "203.0.113.5"}, {}), "");
  EXPECT_EQ(refusal(R"({"address": "203.0.113.5", "without_login": 1})"), "wrong-type /any/0/without_login");
  EXPECT_EQ(refusal(R"({"without_login": true})"), "missing-field /any/0");
}

TEST(QueueCriteria, TakesAScriptFromThisServerOnly) {
  const auto script = criteria(R"({"script": "/var/www/html/mail.php", "uid": 33})");
  EXPECT_NE(script.reason_for({.script = "mail.php", .uid = 33}, {}), "");
  EXPECT_NE(script.reason_for({.script = "mail.php", .uid = 1000, .script_uid = 33}, {}), "");
  EXPECT_EQ(script.reason_for({.script = "mail.php", .uid = 1000}, {}), "");
  EXPECT_EQ(script.reason_for({.address = "203.0.113.5", .script = "mail.php", .uid = 33}, {}), "");
}

TEST(QueueCriteria, MatchesNetworksAndTimes) {
  const auto network = criteria(R"({"address": "203.0.113.64/26", "since": "2026-11-26T08:00:00Z"})");
  const auto then = parse_rfc3339("2026-11-26T08:00:01Z").value();
  EXPECT_NE(network.reason_for({.address = "203.0.113.127"}, then), "");
  EXPECT_EQ(network.reason_for({.address = "203.0.113.128"}, then), "");
  EXPECT_EQ(network.reason_for({.address = "203.0.113.127"}, {}), "");
  EXPECT_NE(criteria(R"({"address": "2001:db8::/64"})").reason_for({.address = "2001:db8::5"}, {}), "");
}

TEST(QueueCriteria, RefusesWhatIsTooWideToDeleteMailBy) {
  EXPECT_EQ(refusal(R"({"uid": 33})"), "missing-field /any/0");
  EXPECT_EQ(refusal(R"({"since": "2026-11-26T08:00:00Z"})"), "missing-field /any/0");
  for (const auto* sender : {"*", "*@*", "*@example", "a*@bank.example", "bank.example", "*@bank.*"})
    EXPECT_EQ(refusal(std::string(R"({"sender": ")") + sender + "\"}"), "not-allowed-value /any/0/sender")
        << sender;
  EXPECT_EQ(refusal(R"({"address": "203.0.0.0/16"})"), "out-of-range /any/0/address");
  EXPECT_EQ(refusal(R"({"address": "127.0.0.1"})"), "not-allowed-value /any/0/address");
  EXPECT_EQ(refusal(R"({"address": "mail.example"})"), "bad-address /any/0/address");
  EXPECT_EQ(refusal(R"({"address": "127.0.0.1", "sender": "a@b.example"})"), "");
  EXPECT_EQ(refusal(R"({"everything": true})"), "unknown-field /any/0/everything");
  EXPECT_FALSE(parse_queue_criteria(Json::object()));
  EXPECT_FALSE(parse_queue_criteria(parse_json(R"({"any": []})").value()));
}

}  // namespace
}  // namespace rescue::recovery
