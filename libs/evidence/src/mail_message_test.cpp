#include "rescue/evidence/mail_message.hpp"

#include <gtest/gtest.h>

namespace rescue::evidence {
namespace {

/// What one line of syslog says of mail: "kind|account|address|fields".
std::string told(std::string_view message) {
  const std::string line = "2026-09-13T02:02:11Z mail1 " + std::string(message);
  const auto parts = parse_syslog_line(line);
  Event event;
  if (!parts || !parse_mail_message(*parts, event)) return "";
  std::string text(to_string(event.kind));
  text.append("|").append(event.account).append("|").append(event.address);
  for (std::uint8_t i = 0; i < event.field_count; ++i) text.append("|").append(event.fields[i].value);
  return text;
}

std::string told_by_exim(std::string_view line) {
  Event event;
  if (!parse_exim_line(line, TimeZone::fixed("Asia/Tokyo", 9 * 3600), event)) return "";
  std::string text = format_rfc3339(event.time) + "|" + std::string(to_string(event.kind));
  text.append("|").append(event.account).append("|").append(event.address);
  for (std::uint8_t i = 0; i < event.field_count; ++i) text.append("|").append(event.fields[i].value);
  return text;
}

TEST(PostfixMessage, SaysWhoHandedTheMessageIn) {
  EXPECT_EQ(told("postfix/smtpd[9]: 4F2A1C0B1D: client=unknown[203.0.113.5]"),
            "mail_accepted||203.0.113.5|4F2A1C0B1D");
  EXPECT_EQ(told("postfix/submission/smtpd[9]: 4F2A1C0B1D: client=pc[203.0.113.5], sasl_method=LOGIN, "
                 "sasl_username=info@example.com"),
            "mail_accepted|info@example.com|203.0.113.5|4F2A1C0B1D|smtp");
  EXPECT_EQ(told("postfix/smtpd[9]: 4F2A1C0B1D: client=localhost[127.0.0.1], orig_queue_id=4F2A1C0B1C, "
                 "orig_client=unknown[203.0.113.5]"),
            "mail_accepted||203.0.113.5|4F2A1C0B1D");
  EXPECT_EQ(told("postfix/pickup[9]: 4F2A1C0B1D: uid=33 from=<www-data>"),
            "mail_accepted|||4F2A1C0B1D|33|www-data");
}

TEST(PostfixMessage, ReadsQueueDeliveryAndRefusal) {
  EXPECT_EQ(told("postfix/qmgr[9]: 4F2A1C0B1D: from=<a@b>, size=1234, nrcpt=50 (queue active)"),
            "mail_queued|||4F2A1C0B1D|a@b|1234|50");
  EXPECT_EQ(told("postfix/qmgr[9]: 4F2A1C0B1D: removed"), "mail_done|||4F2A1C0B1D");
  EXPECT_EQ(told("postfix/smtp[9]: 4F2A1C0B1D: to=<x@y.example>, relay=mx[192.0.2.9]:25, delay=1, "
                 "delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)"),
            "mail_delivered|||4F2A1C0B1D|x@y.example|sent");
  EXPECT_EQ(told("postfix/smtp[9]: 4F2A1C0B1D: to=<x@y>, orig_to=<info@own>, relay=mx[192.0.2.9]:25, "
                 "delay=1, delays=0/0/0/1, dsn=2.0.0, status=bounced (host said: no)"),
            "mail_delivered|||4F2A1C0B1D|x@y|info@own|bounced");
  EXPECT_EQ(told("postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[203.0.113.5]: 454 4.7.1 <x@y>: Relay "
                 "access denied; from=<a@b> to=<x@y> proto=ESMTP helo=<h>"),
            "mail_rejected||203.0.113.5|x@y|Relay access denied");
  EXPECT_EQ(told("postfix/smtpd[9]: warning: unknown[203.0.113.5]: SASL LOGIN authentication failed: "
                 "UGFzc3dvcmQ6, sasl_username=info@example.com"),
            "service_login_failed|info@example.com|203.0.113.5|smtp");
  EXPECT_EQ(told("postfix/cleanup[9]: 4F2A1C0B1D: warning: header X-PHP-Originating-Script: 33:m.php from "
                 "local; from=<www-data@h>"),
            "mail_script|||4F2A1C0B1D|33|m.php");
}

TEST(PostfixMessage, IsNotDeceivedByNamesThatLookLikeItsWords) {
  EXPECT_EQ(
      told("postfix/qmgr[9]: 4F2A1C0B1D: from=<\"x>, size=1, nrcpt=9\"@b>, size=7, nrcpt=1 (queue active)"),
      "mail_queued|||4F2A1C0B1D|\"x>, size=1, nrcpt=9\"@b|7|1");
  EXPECT_EQ(told("postfix/smtpd[9]: connect from unknown[203.0.113.5]"), "");
  EXPECT_EQ(told("postfix/cleanup[9]: 4F2A1C0B1D: message-id=<a@b>"), "");
}

TEST(DovecotMessage, ReadsLogInsAndRefusals) {
  EXPECT_EQ(told("dovecot: imap-login: Login: user=<info@example.com>, method=PLAIN, rip=203.0.113.5, "
                 "lip=192.0.2.1, mpid=7, TLS, session=<x>"),
            "service_login|info@example.com|203.0.113.5|imap|password");
  EXPECT_EQ(told("dovecot: pop3-login: Disconnected (auth failed, 3 attempts in 12 secs): user=<info>, "
                 "method=PLAIN, rip=203.0.113.5, lip=192.0.2.1"),
            "service_login_failed|info|203.0.113.5|pop3|3");
  EXPECT_EQ(told("dovecot: imap(info)<7><x>: Logged out in=1 out=2"), "");
}

TEST(SendmailMessage, ReadsArrivalDeliveryAndLogIn) {
  EXPECT_EQ(told("sm-mta[9]: 38DH0B1x012345: from=<a@b>, size=10, class=0, nrcpts=2, msgid=<m>, proto=ESMTP, "
                 "daemon=MTA, relay=h [203.0.113.5]"),
            "mail_accepted||203.0.113.5|38DH0B1x012345|a@b|2");
  EXPECT_EQ(told("sendmail[9]: 38DH0B1x012345: from=www-data, size=10, class=0, nrcpts=1, msgid=<m>, "
                 "relay=www-data@localhost"),
            "mail_accepted|||38DH0B1x012345|www-data|1|www-data");
  EXPECT_EQ(told("sm-mta[9]: 38DH0B1x012345: to=<x@y>, delay=00:00:01, mailer=esmtp, relay=mx. [192.0.2.9], "
                 "dsn=2.0.0, stat=Sent (ok)"),
            "mail_delivered|||38DH0B1x012345|x@y|sent");
  EXPECT_EQ(told("sm-mta[9]: AUTH=server, relay=h [203.0.113.5], authid=info, mech=LOGIN, bits=0"),
            "service_login|info|203.0.113.5|smtp|password");
}

TEST(EximLine, ReadsItsFourSignsAndItsDate) {
  EXPECT_EQ(
      told_by_exim("2026-09-13 11:00:11 1abCDe-0001ab-Cd <= a@b H=(helo) [203.0.113.5]:4321 I=[192.0.2.1]:25 "
                   "P=esmtpsa X=TLS A=login:info@example.com S=1234 id=x"),
      "2026-09-13T02:00:11.000Z|mail_accepted|info@example.com|203.0.113.5|1abCDe-0001ab-Cd|a@b|smtp");
  EXPECT_EQ(told_by_exim("2026-09-13 02:00:11 +0000 1abCDe-0001ab-Cd <= www-data@h U=www-data P=local S=12"),
            "2026-09-13T02:00:11.000Z|mail_accepted|||1abCDe-0001ab-Cd|www-data@h|www-data");
  EXPECT_EQ(
      told_by_exim("2026-09-13 11:00:11 1abCDe-0001ab-Cd => x@y <info@own> R=dnslookup T=remote_smtp H=mx "
                   "[192.0.2.9]"),
      "2026-09-13T02:00:11.000Z|mail_delivered|||1abCDe-0001ab-Cd|x@y|info@own|sent");
  EXPECT_EQ(
      told_by_exim("2026-09-13 11:00:11 1abCDe-0001ab-Cd ** x@y R=dnslookup T=remote_smtp: no such user"),
      "2026-09-13T02:00:11.000Z|mail_delivered|||1abCDe-0001ab-Cd|x@y|bounced");
  EXPECT_EQ(told_by_exim(
                "2026-09-13 11:00:11 H=(x) [203.0.113.5] F=<a@b> rejected RCPT <x@y>: relay not permitted"),
            "2026-09-13T02:00:11.000Z|mail_rejected||203.0.113.5|x@y|relay not permitted");
  EXPECT_EQ(
      told_by_exim("2026-09-13 11:00:11 login authenticator failed for (x) [203.0.113.5]: 535 Incorrect "
                   "authentication data (set_id=info)"),
      "2026-09-13T02:00:11.000Z|service_login_failed|info|203.0.113.5|smtp");
  EXPECT_EQ(told_by_exim("2026-09-13 11:00:11 Start queue run: pid=7"), "2026-09-13T02:00:11.000Z|other||");
  EXPECT_EQ(told_by_exim("no date"), "");
}

TEST(PhpMailLine, NamesTheScript) {
  Event event;
  ASSERT_TRUE(
      parse_php_mail_line("[13-Sep-2026 02:00:11 UTC] mail() on [/var/www/html/m.php:3]: To: x@y -- Headers: "
                          "From: a@b",
                          TimeZone(), event));
  EXPECT_EQ(format_rfc3339(event.time), "2026-09-13T02:00:11.000Z");
  EXPECT_EQ(event.field(FieldName::kScript), "/var/www/html/m.php");
  EXPECT_EQ(event.field(FieldName::kRecipient), "x@y");
}

}  // namespace
}  // namespace rescue::evidence
