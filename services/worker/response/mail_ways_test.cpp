#include "mail_ways.hpp"

#include <gtest/gtest.h>

namespace rescue::worker {
namespace {

Json finding(const char* rule, const Json& more = Json::object()) {
  Json out{{"rule", rule}, {"severity", "high"}};
  out.update(more);
  return out;
}

TEST(MailWays, ComeFromTheFindingsEachOnce) {
  const auto found = mail_ways(
      {{"findings",
        {finding("mail.open_relay_settings", {{"path", "/etc/postfix/main.cf"}}),
         finding("mail.relayed_for_strangers",
                 {{"address", "203.0.113.9"},
                  {"addresses", {"203.0.113.9", "203.0.113.8", 5, "a b"}},
                  {"evidence", {{{"excerpt", "postfix/smtpd[7]: AB12: client=x[198.51.100.7]"}}, 3}}}),
         finding("mail.account_abused", {{"account", "sales"}, {"address", "192.0.2.1"}}),
         finding("logins.guessed_mail", {{"account", "sales"}, {"address", "192.0.2.2"}}),
         finding("mail.script_abused", {{"path", "/var/www/x.php"}}),
         finding("mail.script_abused", {{"account", "www-data"}}), finding("cron.download"),
         finding("mail.account_abused", {{"severity", "low"}, {"account", "info"}})}}});
  EXPECT_EQ(
      found.ways,
      parse_json(
          R"([{"way":"open_relay","addresses":["203.0.113.9","203.0.113.8"]},{"way":"abused_account","account":"sales","addresses":["192.0.2.1","192.0.2.2"]},
    {"way":"abused_script","script":"/var/www/x.php"},{"way":"abused_script","account":"www-data"}])")
          .value());
  EXPECT_EQ(found.odd, 0U);
  EXPECT_TRUE(found.doubtful.empty());
}

TEST(MailWays, WhatMayBeMadeUpIsAPersonsButARelayIsLookedAt) {
  const Json doubt{{"doubtful", true}, {"address", "192.0.2.1"}};
  auto account = finding("mail.account_abused", doubt), script = finding("mail.script_abused", doubt);
  account["account"] = "sales";
  script["path"] = "/var/www/x.php";
  const auto found =
      mail_ways({{"findings", {account, script, finding("mail.relayed_for_strangers", doubt)}}});
  EXPECT_EQ(found.ways, parse_json(R"([{"way":"open_relay"}])").value()) << "without an address to judge by";
  ASSERT_EQ(found.doubtful.size(), 3U);
  EXPECT_EQ(found.doubtful[0]["account"], "sales");
}

TEST(MailWays, NamesThatNoResponderTakesAreCounted) {
  const auto found = mail_ways({{"findings",
                                 {finding("mail.account_abused", {{"account", "a b"}}),
                                  finding("mail.script_abused", {{"path", "/x\n"}}), 7}}});
  EXPECT_TRUE(found.ways.empty());
  EXPECT_EQ(found.odd, 2U);
  EXPECT_TRUE(mail_ways({{"findings", 1}}).ways.empty());
  EXPECT_TRUE(mail_ways(Json::object()).ways.empty());
}

TEST(MailWays, WhatIsOneTooManyIsCounted) {
  Json findings = Json::array();
  for (int i = 0; i < 53; ++i)
    findings.push_back(finding("mail.account_abused", {{"account", "a" + std::to_string(i)}}));
  findings.push_back(findings.front());
  const auto found = mail_ways({{"findings", findings}});
  EXPECT_EQ(found.ways.size(), 50U);
  EXPECT_EQ(found.odd, 3U) << "and nothing of them is called ended";
}

}  // namespace
}  // namespace rescue::worker
