// What a journal says of mail: alone, beside text logs, made up, and left out.
#include <gtest/gtest.h>

#include <algorithm>

#include "mail_server_testing.hpp"

namespace rescue::detect {
namespace {

std::vector<std::string> titles(const Json& document) {
  std::vector<std::string> titles;
  for (const auto& finding : document.at("findings")) titles.push_back(finding.at("title"));
  return titles;
}

TEST(MailJournal, TheJournalAloneTellsWhatTheLogWould) {
  const auto abused = [](auto result_of) {
    MailServer server("127.0.0.0/8 0.0.0.0/0");
    steal_account(server);
    relay(server, 12, 60, {"203.0.113.45", "203.0.113.46", "203.0.113.46"}, "offer@shop.example");
    return result_of(server);
  };
  const Json journal = abused([](MailServer& server) { return server.result_of_journal(); });
  EXPECT_EQ(mail_verdict(journal).at("state"), "confirmed") << mail_verdict(journal).dump();
  EXPECT_EQ(mail_verdict(journal).at("ways"), Json({"abused_account", "open_relay"}));
  EXPECT_EQ(titles(journal), titles(abused([](MailServer& server) { return server.result(); })));
  const Json both = abused([](MailServer& server) { return server.result_of_journal(true); });
  EXPECT_EQ(titles(both), titles(journal)) << "what both tell counts once";
}

TEST(MailJournal, WhatTwoLogsTellOfALogInCountsOnce) {
  MailServer server;
  for (const auto* who : {"info", "sales", "boss", "office"}) {  // each mistypes once, behind one address
    server.at(3, 10 * static_cast<int>(who[0] % 7));
    server.refused(std::string(who) + "@example.com", "192.0.2.50");
  }
  server.at(3, 100);
  server.line("dovecot",
              "imap-login: Login: user=<info@example.com>, method=PLAIN, rip=192.0.2.50, lip=192.0.2.1, "
              "mpid=7, TLS, session=<y>");
  EXPECT_EQ(serious(server.result(1, true)), std::vector<std::string>());
}

TEST(MailJournal, MailThatJournaldLeftOutMakesAnAnswerUncertain) {
  MailServer server;
  for (int day = 1; day <= 5; ++day) server.usual_day(day);
  server.journal(
      "2026-09-06T02:00:00Z systemd-journald[3] 0 /usr/lib/systemd/systemd-journald: Suppressed 9 messages "
      "from postfix@-.service");
  EXPECT_EQ(mail_verdict(server.result_of_journal()).at("state"), "undetermined");
}

/// As where somebody wrote to the files later (cp, touch, sed), and they end before the journal does.
TEST(MailJournal, TextLogsThatEndBeforeTheJournalMakeAnAnswerUncertain) {
  MailServer server;
  for (int day = 1; day <= 5; ++day) server.usual_day(day);
  EXPECT_EQ(mail_verdict(server.result_of_journal(true)).at("state"), "none_found");
  server.usual_day(6);
  EXPECT_EQ(mail_verdict(server.result_of_journal(true)).at("state"), "none_found");
  server.journal(
      "2026-09-09T02:00:00Z postfix/qmgr[7] 109 /usr/lib/postfix/sbin/qmgr @postfix@-.service: "
      "4F2A1C99999: removed");
  EXPECT_EQ(mail_verdict(server.result_of_journal(true)).at("state"), "undetermined");
}

TEST(MailJournal, AQuietJournalIsALogOfMail) {
  MailServer server;
  for (int day = 1; day <= 5; ++day) server.usual_day(day);
  EXPECT_EQ(mail_verdict(server.result_of_journal()).at("state"), "none_found");
}

/// A user of the server may write lines in the name of the mail server. journald knows who wrote them.
TEST(MailJournal, WhatTheJournalSaysWasMadeUpIsDoubtful) {
  MailServer server("127.0.0.0/8 0.0.0.0/0");
  steal_account(server);
  relay(server, 12, 60, {"203.0.113.45", "203.0.113.46", "203.0.113.46"}, "offer@shop.example");
  const auto doubts = [&](const std::string& line) {
    server.write("/var/log/journal/0123456789abcdef0123456789abcdef/system.journal",
                 "journal:\n2026-09-11T02:10:00Z postfix/smtpd[7] " + line + "\n");
    std::vector<std::string> doubtful;
    const auto document = server.result();
    for (const auto& finding : document.at("findings")) {
      if (finding.contains("doubtful")) doubtful.push_back(finding.at("rule"));
      if (finding.contains("addresses")) doubtful.push_back(finding.at("addresses").dump());
    }
    return doubtful;
  };
  using Rules = std::vector<std::string>;
  const std::string mail =
      "4F2A1C10099: client=unknown[203.0.9.77], sasl_method=LOGIN, sasl_username=Info@example.com";
  const std::string all = R"(["203.0.113.46","203.0.113.45"])";
  EXPECT_EQ(doubts("109 /usr/lib/postfix/sbin/smtpd: " + mail), Rules({all}));
  EXPECT_EQ(doubts("109 /usr/lib/postfix/sbin/smtpd (deleted): " + mail), Rules({all}));
  EXPECT_EQ(doubts("1000 /usr/bin/logger: connect from unknown[203.0.9.77]"), Rules({all}));
  auto got = doubts("1000 /usr/bin/logger: " + mail);
  EXPECT_EQ(std::ranges::count(got, "mail.account_abused"), 1) << Json(got).dump();
  EXPECT_EQ(std::ranges::count(got, all), 1);
  for (int i = 0; i < 50; ++i)
    server.write("/var/spool/postfix/deferred/1/Q" + std::to_string(1000 + i),
                 std::string("C\x01") + "1A\x1Esasl_username=info@example.comS\x07x@y.comR\x07u@d.comN\x01x");
  EXPECT_EQ(doubts("1000 /usr/bin/logger: " + mail), Rules({all})) << "the queue itself bears it out";
  got = doubts("33 /usr/sbin/php-fpm8.2: 4F2A1C10099: client=unknown[203.0.113.46]");
  EXPECT_EQ(got, Rules({R"(["203.0.113.45"])"})) << "the others who were seen relaying did it";
}

}  // namespace
}  // namespace rescue::detect
