#include <gtest/gtest.h>

#include <algorithm>

#include "mail_server_testing.hpp"

namespace rescue::detect {
namespace {

TEST(MailAbuse, AStolenAccountIsConfirmedWithItsWayIn) {
  MailServer server;
  steal_account(server);
  const auto document = server.result();
  EXPECT_EQ(mail_verdict(document).at("state"), "confirmed") << mail_verdict(document).dump();
  EXPECT_EQ(mail_verdict(document).at("ways"), Json({"abused_account"}));
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "none_found");
  ASSERT_EQ(document.at("entry_vectors").size(), 1U) << document.at("entry_vectors").dump(1);
  const auto& vector = document.at("entry_vectors")[0];
  EXPECT_EQ(vector.at("account"), "info@example.com");
  EXPECT_EQ(vector.at("address"), "203.0.113.45");
  EXPECT_EQ(vector.at("technique"), "T1110.001");
  EXPECT_EQ(vector.at("confidence"), "high");
  EXPECT_EQ(vector.at("chain").size(), 3U);
  EXPECT_TRUE(document.at("cause").at("known"));
  for (const auto& finding : document.at("findings")) {
    if (finding.at("rule") == "mail.account_abused") {
      EXPECT_NE(finding.at("why").get<std::string>().find("10000 recipients"), std::string::npos);
    }
  }
}

/// The owner was at work that day, too, before and meanwhile: the address, the time and the lines shown are
/// not the owner's.
TEST(MailAbuse, TheOwnersOwnMailOfThatDayIsNotShownAsTheThiefs) {
  MailServer server;
  for (int day = 1; day <= 4; ++day) server.usual_day(day);
  for (int i = 0; i < 300; ++i) {
    server.at(4, 600 + 10 * i);
    const auto id = server.logged_in("info@example.com", "203.0." + std::to_string(i % 9 + 1) + ".77");
    server.queued(id, "info@example.com", 10);
    server.done(id);
  }
  const auto document = server.result();
  ASSERT_EQ(document.at("entry_vectors").size(), 1U) << document.at("entry_vectors").dump(1);
  const auto& vector = document.at("entry_vectors")[0];
  EXPECT_EQ(vector.at("address"), "203.0.1.77");
  EXPECT_EQ(vector.at("at"), "2026-09-04T02:10:00.000Z");
  EXPECT_EQ(document.dump().find("client=unknown[192.0.2.50]"), std::string::npos);
}

/// Debian's postfix logs through two sockets: what the queue manager says may stand before the message's own
/// line.
TEST(MailAbuse, LinesThatChangedPlacesCountAllTheSame) {
  MailServer server("127.0.0.0/8 0.0.0.0/0");
  for (int i = 0; i < 30; ++i) {
    server.at(2, i);
    const auto id = "4F2A1C" + std::to_string(20'000 + i);
    server.queued(id, "offer@shop.example", 1);
    server.line("postfix/smtpd", id + ": client=unknown[203.0.113.45]");
    server.done(id);
    server.delivery(id, "u@d" + std::to_string(i) + ".example", "sent");
  }
  for (int i = 0; i < 250; ++i) {
    server.at(2, 100 + i);
    const auto id = "4F2A1D" + std::to_string(20'000 + i);
    server.queued(id, "s" + std::to_string(i) + "@shop.example", 2);
    server.line("postfix/pickup", id + ": uid=33 from=<www-data>");
    server.line("postfix/cleanup",
                id + ": info: header X-PHP-Originating-Script: 33:send.php from local; from=<x>");
    server.done(id);
  }
  const auto document = server.result();
  const auto text = document.at("findings").dump();
  EXPECT_NE(text.find("30 deliveries to 24 and more domain(s)"), std::string::npos) << text;
  EXPECT_NE(text.find("250 message(s) to 500 recipients"), std::string::npos) << text;
  EXPECT_NE(text.find("by send.php"), std::string::npos) << text;
}

TEST(MailAbuse, SyslogThatTellsTheSameChangesNothing) {
  MailServer once, twice;
  steal_account(once);
  steal_account(twice);
  const auto why = [](const Json& document) { return mail_verdict(document).at("why"); };
  EXPECT_EQ(why(once.result()), why(twice.result(2, true)));
}

TEST(MailAbuse, AnOpenRelayThatWasUsedIsConfirmed) {
  MailServer server("127.0.0.0/8 0.0.0.0/0");
  for (int day = 1; day <= 3; ++day) server.usual_day(day);
  relay(server, 4, 60, {"203.0.113.45", "203.0.113.46", "203.0.113.46"}, "offer@shop.example");
  const auto document = server.result();
  EXPECT_EQ(mail_verdict(document).at("state"), "confirmed");
  EXPECT_EQ(mail_verdict(document).at("ways"), Json({"open_relay"}));
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "none_found");
  EXPECT_EQ(serious(document),
            (std::vector<std::string>{"mail.open_relay_settings", "mail.relayed_for_strangers"}));
  for (const auto& finding : document.at("findings")) {
    if (finding.at("rule") != "mail.relayed_for_strangers") continue;
    EXPECT_EQ(finding.at("addresses"), Json({"203.0.113.46", "203.0.113.45"})) << "the busiest first";
    EXPECT_FALSE(finding.contains("doubtful"));
  }
  EXPECT_TRUE(document.at("cause").at("known"));
  EXPECT_NE(document.at("cause").at("why").get<std::string>().find("mynetworks"), std::string::npos);
}

/// An office whose addresses stand in a table mails as a stranger would.
TEST(MailAbuse, WhoMayBeLetInByATableIsNoCertainStranger) {
  MailServer server("127.0.0.0/8 cidr:/etc/postfix/nets");
  relay(server, 4, 24, {"203.0.113.20"}, "office@customer.example");
  const auto document = server.result();
  EXPECT_NE(mail_verdict(document).at("state"), "confirmed");
  const auto& findings = document.at("findings");
  const auto relayed = std::find_if(findings.begin(), findings.end(), [](const Json& finding) {
    return finding.at("rule") == "mail.relayed_for_strangers";
  });
  ASSERT_NE(relayed, findings.end());
  EXPECT_EQ(relayed->at("confidence"), "low");
  EXPECT_EQ(relayed->at("doubtful"), true);
}

TEST(MailAbuse, SettingsAloneAreASuspicion) {
  MailServer server("0.0.0.0/0");
  server.usual_day(1);
  const auto document = server.result();
  EXPECT_EQ(mail_verdict(document).at("state"), "suspected");
}

TEST(MailAbuse, ANoisyMailServerIsNotAccused) {
  MailServer server;
  for (int day = 1; day <= 20; ++day) {
    server.usual_day(day);
    for (int i = 0; i < 400; ++i) {  // guessing that never got in
      server.at(day, 1000 + i);
      server.refused("n" + std::to_string(i % 50) + "@example.com", "203.0.113." + std::to_string(i % 9));
    }
    for (int i = 0; i < 50; ++i) {  // relaying that was refused
      server.line("postfix/smtpd",
                  "NOQUEUE: reject: RCPT from unknown[203.0.113.5]: 454 4.7.1 <x@y.example>: "
                  "Relay access denied; from=<a@b> to=<x@y.example> proto=ESMTP helo=<h>");
    }
    if (day % 7 == 0) {  // the owner's newsletter, from where the owner always is
      server.at(day, 5000);
      const auto id = server.logged_in("info@example.com", "192.0.2.50");
      server.queued(id, "info@example.com", 900);
      server.delivery(id, "gone@customer.example", "bounced");
      server.done(id);
    }
  }
  server.at(20, 9000);  // a queue that is stuck: the same messages tried again and again
  for (int i = 0; i < 30; ++i) {
    const auto id = server.logged_in("sales@example.com", "192.0.2.50");
    for (int k = 0; k < 40; ++k) {
      server.queued(id, "sales@example.com", 3);
      server.delivery(id, "c@down.example", "deferred");
    }
  }
  const auto document = server.result(2);
  EXPECT_EQ(mail_verdict(document).at("state"), "none_found") << mail_verdict(document).dump();
  EXPECT_EQ(mail_verdict(document).at("ways"), Json::array());
  EXPECT_EQ(serious(document), std::vector<std::string>{});
  EXPECT_EQ(document.at("entry_vectors"), Json::array());
}

TEST(MailAbuse, AnOwnerWhoMistypesWhileTheAccountIsGuessedFromEverywhereIsNotAccused) {
  MailServer server;
  for (int i = 0; i < 600; ++i) {
    server.at(1, i);
    server.refused("info@example.com", "203." + std::to_string(i % 60) + ".113.7");
  }
  server.at(1, 700);
  server.refused("info@example.com", "192.0.2.77");
  const auto id = server.logged_in("info@example.com", "192.0.2.77");
  server.queued(id, "info@example.com", 2);
  server.done(id);
  for (int i = 0; i < 40; ++i) server.refused("sales@example.com", "192.0.2.78");  // a phone's old password
  server.done(server.logged_in("sales@example.com", "192.0.2.78"));
  const auto document = server.result();
  EXPECT_EQ(mail_verdict(document).at("state"), "none_found") << mail_verdict(document).dump();
  EXPECT_EQ(document.at("entry_vectors"), Json::array());
}

/// Whose line has another address each day is never in a network that is known.
TEST(MailAbuse, ANewsletterOfAnOwnerWhoseAddressChangesDailyIsNotAccused) {
  MailServer server;
  const auto send = [&](int day, int messages, int recipients) {
    for (int i = 0; i < messages; ++i) {
      server.at(day, 100 + i);
      const auto id = server.logged_in("info@example.com", "198.51." + std::to_string(day) + ".7");
      server.queued(id, "info@example.com", recipients);
      server.done(id);
    }
  };
  for (int day = 1; day <= 9; ++day) send(day, 2, 2);
  send(10, 10, 50);
  const auto document = server.result();
  EXPECT_EQ(mail_verdict(document).at("state"), "none_found") << mail_verdict(document).dump();
}

TEST(MailAbuse, AnAccountOfOneNetworkThatSendsMuchFromAnotherIsSuspected) {
  MailServer server;
  for (int day = 1; day <= 9; ++day) server.usual_day(day);
  for (int i = 0; i < 10; ++i) {
    server.at(10, 100 + i);
    const auto id = server.logged_in("info@example.com", "203.0.113.7");
    server.queued(id, "info@example.com", 50);
    server.done(id);
  }
  EXPECT_EQ(mail_verdict(server.result()).at("state"), "suspected");
}

/// Exim tells recipients by their deliveries alone. What waits in its queue counts all the same, and what
/// went out counts once.
TEST(MailAbuse, WhatWaitsInTheQueueOfEximCountsForItsAccount) {
  MailServer server;
  server.line("dovecot", "master: Dovecot v2.3.19.1 starting up for imap");
  for (int i = 0; i < 300; ++i) {
    server.at(3, i);
    server.exim("info", "203.0." + std::to_string(i % 9 + 1) + ".77",
                "bank" + std::to_string(i) + "@bank.example",
                i < 100 ? "u" + std::to_string(i) + "@target.example" : "");
  }
  const auto document = server.result();
  EXPECT_EQ(mail_verdict(document).at("state"), "confirmed") << mail_verdict(document).dump();
  EXPECT_NE(mail_verdict(document).at("why").get<std::string>().find("300 recipients"), std::string::npos)
      << mail_verdict(document).dump();
}

TEST(MailAbuse, WithoutALogNothingIsSaid) {
  MailServer server;
  const auto document = server.investigate();
  EXPECT_EQ(mail_verdict(document).at("state"), "undetermined");
}

TEST(MailAbuse, AServerWithoutMailHasNone) {
  MiniRoot server;
  server.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
  EXPECT_EQ(mail_verdict(server.investigate()).at("state"), "none_found");
}

}  // namespace
}  // namespace rescue::detect
