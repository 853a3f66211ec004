#include "rescue/evidence/mail_config.hpp"

#include <gtest/gtest.h>

#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

TEST(PostfixConfig, JoinsContinuedLinesAndTakesTheLastValue) {
  const auto settings = parse_main_cf("a = 1\n# a = 2\nb = x,\n  # between\n  y\na=3\n", "/m");
  EXPECT_EQ(settings.at("a").value, "3");
  EXPECT_EQ(settings.at("a").line, 6U);
  EXPECT_EQ(settings.at("b").value, "x, y");
}

TEST(PostfixConfig, ReadsEachServicesOverrides) {
  const auto services = parse_master_cf(
      "smtp inet n - y - - smtpd\n"
      "#submission inet n - y - - smtpd\n"
      "submission inet n - y - - smtpd\n  -o smtpd_sasl_auth_enable=yes\n  -o { smtpd_relay_restrictions = "
      "permit_sasl_authenticated, reject }\n"
      "127.0.0.1:10025 inet n - y - - smtpd -o mynetworks=127.0.0.0/8\n"
      "smtp unix - - y - - smtp -o x=y\n",
      "/m");
  ASSERT_EQ(services.size(), 3U);
  EXPECT_EQ(services[1].overrides.at("smtpd_relay_restrictions").value, "permit_sasl_authenticated, reject");
  EXPECT_EQ(services[1].overrides.at("smtpd_sasl_auth_enable").value, "yes");
  EXPECT_TRUE(services[2].loopback_only);
}

TEST(PostfixConfig, NamesAreReplacedAndCirclesEnd) {
  PostfixConfig config;
  config.main = parse_main_cf("a = $b ${c}\nb = $a\nc = 7\n", "/m");
  config.hostname = "mail.example.com";
  EXPECT_NE(config.value("a", nullptr).find('7'), std::string::npos);
  EXPECT_EQ(config.list("mydestination", nullptr),
            (std::vector<std::string>{"mail.example.com", "localhost.example.com", "localhost"}));
}

TEST(PostfixConfig, NamesThatStandForManyNamesEnd) {
  std::string text;
  for (char name = 'a'; name < 'h'; ++name) {
    text += std::string(1, name) + " =";
    for (int i = 0; i < 200; ++i) text += " $" + std::string(1, static_cast<char>(name + 1));
    text += "\n";
  }
  PostfixConfig config;
  config.main = parse_main_cf(text, "/m");
  EXPECT_LT(config.value("a", nullptr).size(), 100'000U);
}

TEST(MailConfig, KnowsItsDomainsFromListsAndTables) {
  TempTree tree;
  tree.write("/etc/postfix/main.cf",
             "myhostname = mail.example.com\nmydestination = $myhostname\nvirtual_alias_maps = "
             "hash:/etc/postfix/virtual\nmynetworks = 127.0.0.0/8 192.0.2.0/24\n");
  tree.write("/etc/postfix/virtual", "# c\nshop.example info@elsewhere.example\n@Other.Example x\n");
  Gaps gaps;
  const auto config = read_mail_config(tree.root(), "h", gaps);
  EXPECT_TRUE(config.server_found);
  EXPECT_TRUE(config.own_domains_known);
  EXPECT_EQ(config.own_domains, (std::set<std::string>{"mail.example.com", "other.example", "shop.example"}));
  EXPECT_EQ(config.own_networks.size(), 2U);
}

TEST(MailConfig, EndlessNetworksAreCutAndTold) {
  TempTree tree;
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "192.0.2.1 ";
  tree.write("/etc/postfix/main.cf", "mynetworks = /n 192.0.2.2\n");
  tree.write("/n", many);
  Gaps gaps;
  EXPECT_EQ(read_mail_config(tree.root(), "h", gaps).own_networks.size(), 10'000U);
  ASSERT_EQ(gaps.size(), 2U);
  EXPECT_EQ(gaps.begin()->path, "/n");
}

TEST(MailConfig, ATableInADataBaseMakesDomainsUnknown) {
  TempTree tree;
  tree.write("/etc/postfix/main.cf", "virtual_mailbox_domains = mysql:/etc/postfix/domains.cf\n");
  Gaps gaps;
  EXPECT_FALSE(read_mail_config(tree.root(), "h", gaps).own_domains_known);
}

TEST(MailConfig, FindsThePhpMailLogAndEximsNetworks) {
  TempTree tree;
  tree.write("/etc/php/8.2/apache2/php.ini",
             "[mail function]\n;mail.log =\nmail.log = /var/log/php_mail.log\n");
  tree.write("/etc/exim4/update-exim4.conf.conf",
             "dc_other_hostnames='a.example:b.example'\ndc_relay_nets='*'\n");
  Gaps gaps;
  const auto config = read_mail_config(tree.root(), "h", gaps);
  EXPECT_EQ(config.php_mail_logs, std::vector<std::string>{"/var/log/php_mail.log"});
  EXPECT_EQ(config.own_networks, std::vector<std::string>{"*"});
  EXPECT_TRUE(config.own_domains.contains("b.example"));
}

TEST(SendmailConfig, KnowsForWhomItTakesMail) {
  const TempTree tree;
  tree.write("/etc/mail/sendmail.cf", "O DaemonPortOptions=Name=MTA, Port=smtp\nSRelay_ok\n");
  tree.write("/etc/mail/access", "Connect:203.0.113 RELAY\nTo:Partner.example RELAY\nspam.example REJECT\n");
  tree.write("/etc/mail/relay-domains", "other.example # theirs\n");
  tree.write("/etc/mail/local-host-names", "example.jp\n");
  Gaps gaps;
  const auto config = read_mail_config(tree.root(), "h", gaps);
  EXPECT_TRUE(config.server_found && config.sendmail.refuses && config.sendmail.reachable);
  EXPECT_EQ(config.own_networks, std::vector<std::string>{"203.0.113.0/24"});
  EXPECT_EQ(config.own_domains, (std::set<std::string>{"example.jp", "other.example", "partner.example"}));
  EXPECT_TRUE(gaps.empty());
}

}  // namespace
}  // namespace rescue::evidence
