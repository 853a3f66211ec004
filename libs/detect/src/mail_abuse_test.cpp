#include <gtest/gtest.h>

#include <algorithm>

#include "mini_root.hpp"

namespace rescue::detect {
namespace {

/// A mail server of the example domain, as a disk: settings and a log that tests write line by line.
class MailServer : public MiniRoot {
 public:
  explicit MailServer(const std::string& networks = "127.0.0.0/8 192.0.2.0/24") {
    write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n");
    write("/etc/shadow", "root:*:1::::::\n");
    write("/etc/postfix/main.cf",
          "myhostname = mail.example.com\nmydestination = $myhostname, example.com\n"
          "mynetworks = " +
              networks + "\n");
    write("/etc/postfix/master.cf", "smtp inet n - y - - smtpd\n");
    write("/var/log/auth.log", "2026-09-01T00:00:00Z mail1 CRON[1]: start\n");
  }
  void at(int day, int second) {
    time_ = format_rfc3339(parse_rfc3339("2026-09-01T02:00:00Z").value() + std::chrono::days(day - 1) +
                           std::chrono::seconds(second));
  }
  void line(const std::string& program, const std::string& text) {
    log_ += time_ + " mail1 " + program + "[7]: " + text + "\n";
    const std::string wrote = program == "dovecot" ? "0 /usr/lib/dovecot/log @dovecot.service"
                                                   : "109 /usr/lib/postfix/sbin/smtpd @postfix@-.service";
    journal_ += time_ + " " + program + "[7] " + wrote + ": " + text + "\n";
  }
  std::string accepted(const std::string& client) {
    const auto id = "4F2A1C" + std::to_string(10'000 + messages_++);
    line("postfix/smtpd", id + ": client=unknown[" + client + "]");
    return id;
  }
  std::string logged_in(const std::string& account, const std::string& client) {
    const auto id = "4F2A1C" + std::to_string(10'000 + messages_++);
    line("postfix/submission/smtpd",
         id + ": client=unknown[" + client + "], sasl_method=LOGIN, sasl_username=" + account);
    return id;
  }
  void queued(const std::string& id, const std::string& sender, int recipients) {
    line("postfix/qmgr",
         id + ": from=<" + sender + ">, size=2000, nrcpt=" + std::to_string(recipients) + " (queue active)");
  }
  void delivery(const std::string& id, const std::string& to, const std::string& status) {
    line("postfix/smtp", id + ": to=<" + to +
                             ">, relay=mx.example[198.51.100.9]:25, delay=1, delays=0/0/0/1, "
                             "dsn=2.0.0, status=" +
                             status + " (said so)");
  }
  void done(const std::string& id) { line("postfix/qmgr", id + ": removed"); }
  void refused(const std::string& account, const std::string& client) {
    line("postfix/submission/smtpd",
         "warning: unknown[" + client +
             "]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=" + account);
  }
  /// The owners' days: some mail each way, a log-in by IMAP, an address that forwards.
  void usual_day(int day) {
    for (const auto* who : {"info", "sales"}) {
      at(day, 0);
      line("dovecot",
           std::string("imap-login: Login: user=<") + who +
               "@example.com>, method=PLAIN, rip=192.0.2.50, lip=192.0.2.1, mpid=7, TLS, session=<x>");
      const auto id = logged_in(std::string(who) + "@example.com", "192.0.2.50");
      queued(id, std::string(who) + "@example.com", 3);
      for (int i = 0; i < 3; ++i) delivery(id, "c" + std::to_string(i) + "@customer.example", "sent");
      done(id);
    }
    for (int i = 0; i < 20; ++i) {
      const auto id = accepted("198.51.100." + std::to_string(20 + i));
      queued(id, "x@sender.example", 1);
      line("postfix/smtp",
           id + ": to=<boss@elsewhere.example>, orig_to=<boss@example.com>, "
                "relay=mx[198.51.100.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (ok)");
      done(id);
    }
  }
  /// A message taken by Exim, and to whom it went out; without `to` it waits in the queue.
  void exim(const std::string& account, const std::string& client, const std::string& sender,
            const std::string& to = "") {
    const std::string id = "1xWUjM-" + std::to_string(100'000 + messages_++) + "-0l";
    const auto time = time_.substr(0, 10) + " " + time_.substr(11, 8) + " ";
    exim_ += time + id + " <= " + sender + " H=(client) [" + client +
             "] P=esmtpa A=dovecot_plain_server:" + account + " S=350\n";
    exim_ += time + id +
             (to.empty() ? " == waits@far.example R=smarthost T=smtp defer (-23): domain is held\n"
                         : " => " + to + " R=smarthost T=smtp H=198.51.100.25 [198.51.100.25]\n" + time + id +
                               " Completed\n");
  }
  Json result(unsigned jobs = 1, bool also_syslog = false) {
    if (!exim_.empty()) write("/var/log/exim4/mainlog", exim_);
    write("/var/log/mail.log", log_);
    if (also_syslog) write("/var/log/syslog", log_);
    return investigate(jobs);
  }
  void journal(const std::string& line) { journal_ += line + "\n"; }
  /// As on a Debian 12 of today, which has no rsyslog; or as on one that has.
  Json result_of_journal(bool also_text = false) {
    write("/var/log/journal/0123456789abcdef0123456789abcdef/system.journal", "journal:\n" + journal_);
    return also_text ? result(1, true) : investigate(1);
  }

 private:
  std::string time_, log_, journal_, exim_;
  int messages_ = 0;
};

std::vector<std::string> serious(const Json& document) {
  std::vector<std::string> rules;
  for (const auto& finding : document.at("findings")) {
    if (finding.at("severity") != "info") rules.push_back(finding.at("rule"));
  }
  std::sort(rules.begin(), rules.end());
  return rules;
}

const Json& mail_verdict(const Json& document) {
  return document.at("verdict").at("mail_abuse");
}

/// A guessed account, and ten thousand recipients from nine networks in an hour.
void steal_account(MailServer& server) {
  for (int day = 1; day <= 10; ++day) server.usual_day(day);
  for (int i = 0; i < 40; ++i) {
    server.at(11, i);
    server.refused("n" + std::to_string(i % 7) + "@example.com", "203.0.113.45");
  }
  server.at(11, 100);
  server.line("dovecot",
              "imap-login: Login: user=<info@example.com>, method=PLAIN, rip=203.0.113.45, "
              "lip=192.0.2.1, mpid=7, TLS, session=<y>");
  for (int i = 0; i < 200; ++i) {
    server.at(11, 600 + 10 * i);
    const auto id = server.logged_in("info@example.com", "203.0." + std::to_string(i % 9 + 1) + ".77");
    server.queued(id, "bank" + std::to_string(i) + "@bank.example", 50);
    for (int k = 0; k < 8; ++k) server.delivery(id, "u" + std::to_string(k) + "@gone.example", "bounced");
    server.done(id);
  }
}

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

/// Strangers' mail to strangers, from these addresses in turn.
void relay(MailServer& server, int day, int messages, const std::vector<std::string>& from,
           const std::string& sender) {
  for (int i = 0; i < messages; ++i) {
    server.at(day, i);
    const auto id = server.accepted(from[static_cast<std::size_t>(i) % from.size()]);
    server.queued(id, sender, 1);
    server.delivery(id, "u@d" + std::to_string(i) + ".example", "sent");
    server.done(id);
  }
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

std::vector<std::string> titles(const Json& document) {
  std::vector<std::string> titles;
  for (const auto& finding : document.at("findings")) titles.push_back(finding.at("title"));
  return titles;
}

TEST(MailAbuse, TheJournalAloneTellsWhatTheLogWould) {
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

TEST(MailAbuse, WhatTwoLogsTellOfALogInCountsOnce) {
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

TEST(MailAbuse, MailThatJournaldLeftOutMakesAnAnswerUncertain) {
  MailServer server;
  for (int day = 1; day <= 5; ++day) server.usual_day(day);
  server.journal(
      "2026-09-06T02:00:00Z systemd-journald[3] 0 /usr/lib/systemd/systemd-journald: Suppressed 9 messages "
      "from postfix@-.service");
  EXPECT_EQ(mail_verdict(server.result_of_journal()).at("state"), "undetermined");
}

/// As where somebody wrote to the files later (cp, touch, sed), and they end before the journal does.
TEST(MailAbuse, TextLogsThatEndBeforeTheJournalMakeAnAnswerUncertain) {
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

TEST(MailAbuse, AQuietJournalIsALogOfMail) {
  MailServer server;
  for (int day = 1; day <= 5; ++day) server.usual_day(day);
  EXPECT_EQ(mail_verdict(server.result_of_journal()).at("state"), "none_found");
}

/// A user of the server may write lines in the name of the mail server. journald knows who wrote them.
TEST(MailAbuse, WhatTheJournalSaysWasMadeUpIsDoubtful) {
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
