#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "mini_root.hpp"

namespace rescue::detect {

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

inline std::vector<std::string> serious(const Json& document) {
  std::vector<std::string> rules;
  for (const auto& finding : document.at("findings")) {
    if (finding.at("severity") != "info") rules.push_back(finding.at("rule"));
  }
  std::sort(rules.begin(), rules.end());
  return rules;
}

inline const Json& mail_verdict(const Json& document) {
  return document.at("verdict").at("mail_abuse");
}

/// A guessed account, and ten thousand recipients from nine networks in an hour.
inline void steal_account(MailServer& server) {
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

/// Strangers' mail to strangers, from these addresses in turn.
inline void relay(MailServer& server, int day, int messages, const std::vector<std::string>& from,
                  const std::string& sender) {
  for (int i = 0; i < messages; ++i) {
    server.at(day, i);
    const auto id = server.accepted(from[static_cast<std::size_t>(i) % from.size()]);
    server.queued(id, sender, 1);
    server.delivery(id, "u@d" + std::to_string(i) + ".example", "sent");
    server.done(id);
  }
}

}  // namespace rescue::detect
