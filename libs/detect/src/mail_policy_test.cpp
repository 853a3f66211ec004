#include "mail_policy.hpp"

#include <gtest/gtest.h>

#include "networks.hpp"

namespace rescue::detect {
namespace {

/// The reason why this server relays for strangers, "" when it does not.
std::string relays(const std::string& main_cf, const std::string& options = "") {
  evidence::MailConfig config;
  config.postfix.read = true;
  config.postfix.main = evidence::parse_main_cf(main_cf, "/etc/postfix/main.cf");
  config.postfix.services =
      evidence::parse_master_cf("smtp inet n - y - - smtpd\n" + options, "/etc/postfix/master.cf");
  const auto found = open_relay(config);
  return found ? found->reason : "";
}

TEST(MailPolicy, TheShippedSettingsRelayForNobody) {
  EXPECT_EQ(relays("mynetworks = 127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128\n"), "");
  EXPECT_EQ(relays(""), "");
  EXPECT_EQ(relays("smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = permit_mynetworks, "
                   "permit_sasl_authenticated, reject_unauth_destination\n"),
            "");
  EXPECT_EQ(relays("mynetworks = 10.0.0.0/8, 192.0.2.0/24\n"), "");
}

TEST(MailPolicy, EverybodyInMynetworksIsAnOpenRelay) {
  EXPECT_NE(relays("mynetworks = 127.0.0.0/8 0.0.0.0/0\n"), "");
  EXPECT_NE(relays("all = 0.0.0.0/0\nmynetworks = 127.0.0.0/8, $all\n"), "");
  EXPECT_NE(relays("mynetworks = 0.0.0.0/1 128.0.0.0/1\n"), "");
}

TEST(MailPolicy, OrderDecides) {
  EXPECT_NE(relays("smtpd_relay_restrictions = permit_mynetworks, permit, reject_unauth_destination\n"), "");
  EXPECT_NE(relays("smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = permit, reject\n"), "");
  EXPECT_EQ(relays("smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = permit_mynetworks\n"), "");
  EXPECT_EQ(relays("smtpd_relay_restrictions = reject_unauth_destination, permit\n"), "");
  EXPECT_EQ(relays("smtpd_relay_restrictions = permit\nsmtpd_recipient_restrictions = "
                   "reject_unauth_destination\n"),
            "");
  EXPECT_EQ(relays("smtpd_restriction_classes = strict\nstrict = reject_unauth_destination\n"
                   "smtpd_relay_restrictions = strict, permit\n"),
            "");
  EXPECT_NE(relays("smtpd_relay_restrictions = warn_if_reject reject_unauth_destination, permit, reject\n"),
            "");
  EXPECT_NE(relays("relay_domains = static:all\n"), "");
}

TEST(MailPolicy, AServicesOptionsOverrideMainCf) {
  EXPECT_NE(relays("", "2525 inet n - y - - smtpd -o smtpd_relay_restrictions=permit,reject\n"), "");
  EXPECT_EQ(relays("", "127.0.0.1:10025 inet n - y - - smtpd -o smtpd_relay_restrictions=permit,reject\n"),
            "");
  EXPECT_EQ(relays("smtpd_relay_restrictions = permit, reject\ninet_interfaces = loopback-only\n"), "");
  EXPECT_EQ(relays("",
                   "submission inet n - y - - smtpd\n  -o smtpd_relay_restrictions=\n  -o "
                   "smtpd_client_restrictions=permit_sasl_authenticated,reject\n"),
            "");
}

TEST(MailPolicy, ReadsEximsLists) {
  evidence::MailConfig config;
  config.exim.read = true;
  config.exim.relay_hosts.value = " <; 127.0.0.1 ; ::1";
  EXPECT_FALSE(open_relay(config));
  config.exim.relay_hosts.value = "'0.0.0.0/0'";
  EXPECT_TRUE(open_relay(config));
}

const std::string kSendmail =
    "O DaemonPortOptions=Family=inet,  Name=MTA-v4, Port=smtp\nSBasic_check_rcpt\n"
    "R$*\t\t\t$#error $@ 5.7.1 $: \"550 Relaying denied\"\nSRelay_ok\nR<?> $=w\t\t$@ RELAY\nScheck_rcpt\n";

std::string sendmail_relays(const std::string& cf, const std::string& access = "",
                            const std::string& domains = "") {
  evidence::MailConfig config;
  config.sendmail.read = true;
  parse_sendmail_cf(cf, "/etc/mail/sendmail.cf", config.sendmail);
  parse_sendmail_access(access, "/etc/mail/access", config.sendmail);
  parse_relay_domains(domains, "/etc/mail/relay-domains", config.sendmail);
  const auto found = open_relay(config);
  return found ? found->reason : "";
}

TEST(MailPolicy, ASendmailThatRefusesStrangersIsClosed) {
  EXPECT_EQ(sendmail_relays(kSendmail), "");
  EXPECT_EQ(sendmail_relays(kSendmail,
                            "# com RELAY\nConnect:203.0.113 RELAY\nConnect:127 RELAY\n10 RELAY\ncom REJECT\n"
                            "From:com RELAY\nConnect:198 OK\n",
                            "example.jp\n# net\n"),
            "");
}

TEST(MailPolicy, WhatLetsEverybodyRelayThroughSendmail) {
  EXPECT_NE(sendmail_relays("SBasic_check_rcpt\nR$*\t\t$: $1\nScheck_rcpt\n"), "");
  EXPECT_NE(sendmail_relays(kSendmail, "Connect:198\tRELAY\n"), "");
  EXPECT_NE(sendmail_relays(kSendmail, "To:net RELAY\n"), "");
  EXPECT_NE(sendmail_relays(kSendmail, "", "example.jp\nJP\n"), "");
  auto local = kSendmail;
  local.insert(local.find("R<?> $=w"), "R<?> $+ < @ $=w >\t$@ RELAY\t\tFROM local\n");
  EXPECT_NE(sendmail_relays(local), "");
}

TEST(MailPolicy, ASendmailThatNobodyOutsideReachesRelaysForNobody) {
  EXPECT_EQ(sendmail_relays("O DaemonPortOptions=Name=MTA, Port=smtp, Addr=127.0.0.1\n"), "");
  EXPECT_NE(sendmail_relays("O DaemonPortOptions=Name=MTA, Port=smtp, Addr=127.0.0.1\n"
                            "O DaemonPortOptions=Name=MSA, Port=587\n"),
            "");
}

TEST(Networks, KnowsItsOwnAndThePrivateOnes) {
  const Networks own({"192.0.2.0/24", "[2001:db8::]/32", "198.51.100.7", "!192.0.2.9", "hash:/x"});
  EXPECT_TRUE(own.contains("192.0.2.200"));
  EXPECT_TRUE(own.contains("2001:db8::1"));
  EXPECT_TRUE(own.contains("198.51.100.7"));
  EXPECT_FALSE(own.contains("198.51.100.8"));
  EXPECT_TRUE(is_private_address("172.31.0.1"));
  EXPECT_TRUE(is_private_address("unknown"));
  EXPECT_FALSE(is_private_address("172.32.0.1"));
}

}  // namespace
}  // namespace rescue::detect
