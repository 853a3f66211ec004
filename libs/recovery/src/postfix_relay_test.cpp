// Each way of leaving a relay open, and what the smallest change is. What postfix itself says of the result
// is shown on the range.
#include "rescue/recovery/postfix_relay.hpp"

#include <gtest/gtest.h>

#include <map>

namespace rescue::recovery {
namespace {

const std::string kMaster = "smtp inet n - y - - smtpd\n";
const std::string kRelay =
    "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination\n";

class PostfixRelay : public ::testing::Test {
 protected:
  PostfixFacts facts() {
    PostfixFacts out;
    out.look_up = [this](const std::string& table,
                         const std::string& key) -> Result<std::optional<std::string>> {
      if (table == broken) return fail(ErrorCode::kUnavailable, "target-unavailable", "x");
      const auto at = tables.find(table);
      if (at == tables.end()) return std::optional<std::string>();
      const auto found = at->second.find(key);
      if (found != at->second.end()) return std::optional(found->second);
      const auto any = at->second.find("*");
      return any == at->second.end() ? std::nullopt : std::optional(any->second);
    };
    out.read_file = [this](const std::string& path) -> std::optional<std::string> {
      const auto at = texts.find(path);
      return at == texts.end() ? std::nullopt : std::optional(at->second);
    };
    if (!postconf.empty()) out.fallback = [this](const std::string& name) { return postconf.at(name); };
    out.own_networks = own;
    out.has_relay_restrictions = modern;
    return out;
  }
  std::optional<OpenDoor> door(const std::string& main, const std::string& master) {
    return view(main, master).open;
  }
  RelayView view(const std::string& main, const std::string& master = kMaster) {
    evidence::PostfixConfig config;
    config.read = true;
    config.main = evidence::parse_main_cf(main, "/etc/postfix/main.cf");
    config.services = evidence::parse_master_cf(master, "/etc/postfix/master.cf");
    return view_relay(config, facts());
  }
  /// Open before, closed after.
  RelayRepair repaired(const std::string& main, const std::string& master = kMaster) {
    EXPECT_TRUE(door(main, master)) << main;
    auto repair = close_relay(main, master, "mail.example.jp", facts());
    EXPECT_EQ(repair.left_open, "");
    for (const auto& [path, text] : repair.files) texts[path] = text;
    EXPECT_FALSE(door(repair.main_cf, repair.master_cf)) << repair.main_cf << repair.master_cf;
    const auto again = close_relay(repair.main_cf, repair.master_cf, "mail.example.jp", facts());
    EXPECT_EQ(again.main_cf, repair.main_cf) << "a closed relay is left alone";
    EXPECT_TRUE(again.what.empty());
    return repair;
  }

  std::map<std::string, std::map<std::string, std::string>> tables;
  std::map<std::string, std::string> texts;
  std::vector<std::string> own;
  std::string broken;
  std::map<std::string, std::optional<std::string>> postconf;
  bool modern = true;
};

TEST_F(PostfixRelay, R13_NetworksOfEverybodyGoAndTheServersOwnStay) {
  own = {"198.51.100.7/32"};
  const auto repair = repaired("mynetworks = 127.0.0.0/8 0.0.0.0/0 192.0.2.0/24\n" + kRelay + "x = y\n");
  EXPECT_EQ(repair.main_cf, "mynetworks = 127.0.0.0/8 192.0.2.0/24 198.51.100.7/32\n" + kRelay + "x = y\n");
  EXPECT_EQ(repair.master_cf, kMaster);
}

TEST_F(PostfixRelay, R13_WhereNobodyElseIsLeftLoopbackIs) {
  EXPECT_EQ(repaired("mynetworks = 0.0.0.0/1, 128.0.0.0/1, [::]/0\n" + kRelay).main_cf,
            "mynetworks = 127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128\n" + kRelay);
}

TEST_F(PostfixRelay, R13_ANameThatStandsForEverybodyIsReplacedByTheRest) {
  const auto repair = repaired(
      "ours = 192.0.2.0/24\nmynetworks = $ours $all 127.0.0.0/8\nall = 0.0.0.0/0 198.51.100.0/24\n" + kRelay);
  EXPECT_NE(repair.main_cf.find("mynetworks = $ours 198.51.100.0/24 127.0.0.0/8\n"), std::string::npos)
      << repair.main_cf;
}

TEST_F(PostfixRelay, R13_NetworksInAFileOfTheirOwnGoThere) {
  texts["/etc/postfix/networks"] = "127.0.0.0/8\n0.0.0.0/0\n";
  const auto repair = repaired("mynetworks = /etc/postfix/networks\n" + kRelay);
  ASSERT_EQ(repair.files.size(), 1U);
  EXPECT_EQ(repair.files[0].second, "127.0.0.0/8\n");
  EXPECT_EQ(repair.main_cf, "mynetworks = /etc/postfix/networks\n" + kRelay);
}

TEST_F(PostfixRelay, R13_ATableThatKnowsEverybodyIsNoNetwork) {
  tables["cidr:/etc/postfix/all"]["*"] = "OK";
  const auto settings = "mynetworks = 127.0.0.0/8 cidr:/etc/postfix/all\n" + kRelay;
  EXPECT_NE(close_relay(settings, kMaster, "h", facts()).left_open, "")
      << "whose networks go with it cannot be read";
  texts["/etc/postfix/all"] = "0.0.0.0/0 OK\n";
  EXPECT_EQ(repaired(settings).main_cf, "mynetworks = 127.0.0.0/8 [::1]/128\n" + kRelay);
}

TEST_F(PostfixRelay, R13_EveryDomainIsNoDomainOfThisServer) {
  EXPECT_EQ(repaired("relay_domains = *, customer.example\n" + kRelay).main_cf,
            "relay_domains = customer.example\n" + kRelay);
  EXPECT_EQ(repaired("relay_domains = static:all\n" + kRelay).main_cf, "relay_domains = \n" + kRelay);
  EXPECT_EQ(repaired("mydestination = *\nrelay_domains = $mydestination\n" + kRelay).main_cf,
            "mydestination = $myhostname, localhost.$mydomain, localhost\nrelay_domains = $mydestination\n" +
                kRelay);
}

TEST_F(PostfixRelay, R13_ARefusalComesBeforeThePermitForEverybody) {
  EXPECT_EQ(repaired("smtpd_relay_restrictions = permit_mynetworks, permit\nsmtpd_recipient_restrictions = "
                     "permit_sasl_authenticated, defer_if_permit x, permit\n")
                .main_cf.substr(0, 104),
            "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, "
            "reject_unauth_destination, perm");
}

TEST_F(PostfixRelay, R13_AnEmptyListGetsTheUsualOne) {
  const std::string rest =
      "smtpd_recipient_restrictions = permit_mynetworks, permit, reject_unauth_destination\n";
  EXPECT_EQ(repaired("smtpd_relay_restrictions =\n" + rest).main_cf, kRelay + rest);
}

TEST_F(PostfixRelay, R13_AnOverrideOfMasterIsClosedThere) {
  const std::string master =
      kMaster +
      "587 inet n - y - - smtpd\n  -o smtpd_relay_restrictions=permit_mynetworks,permit,reject\n  -o "
      "smtpd_sasl_auth_enable=yes\n";
  const auto repair = repaired(kRelay, master);
  EXPECT_EQ(repair.main_cf, kRelay);
  EXPECT_EQ(repair.master_cf,
            kMaster +
                "587 inet n - y - - smtpd\n  -o "
                "smtpd_relay_restrictions=permit_mynetworks,permit_sasl_"
                "authenticated,reject_unauth_destination,permit,reject\n  -o smtpd_sasl_auth_enable=yes\n");
}

TEST_F(PostfixRelay, R13_NetworksOfOneServiceAreClosedThere) {
  const std::string master = kMaster + "2525 inet n - y - - smtpd -o mynetworks=0.0.0.0/0,192.0.2.0/24\n";
  EXPECT_EQ(repaired(kRelay, master).master_cf,
            kMaster +
                "2525 inet n - y - - smtpd -o "
                "mynetworks=192.0.2.0/24,127.0.0.0/8,[::ffff:127.0.0.0]/104\n");
}

TEST_F(PostfixRelay, R13_ATableThatSaysYesToEverybodyGoes) {
  tables["hash:/etc/postfix/access"]["*"] = "OK";
  const std::string rest = "smtpd_recipient_restrictions = permit_mynetworks\n";
  EXPECT_EQ(repaired("smtpd_relay_restrictions = permit_mynetworks, check_client_access "
                     "hash:/etc/postfix/access, reject_unauth_destination\n" +
                     rest)
                .main_cf,
            "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, "
            "reject_unauth_destination, check_client_access hash:/etc/postfix/access, "
            "reject_unauth_destination\n" +
                rest);
}

TEST_F(PostfixRelay, R13_ATableThatTrustsWhoClaimsToBeOfThisServerGoes) {
  tables["hash:/etc/postfix/senders"]["example.jp"] = "OK";
  const std::string rest = "mydestination = example.jp\n";
  EXPECT_EQ(repaired("smtpd_relay_restrictions = check_sender_access hash:/etc/postfix/senders, "
                     "reject_unauth_destination\n" +
                     rest)
                .main_cf,
            "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, "
            "reject_unauth_destination, check_sender_access hash:/etc/postfix/senders, "
            "reject_unauth_destination\n" +
                rest);
}

TEST_F(PostfixRelay, R13_LoopbackStaysWhereItWasAmongEverybody) {
  own = {"198.51.100.7/32"};
  EXPECT_EQ(repaired("mynetworks = 0.0.0.0/0 203.0.113.0/24\n" + kRelay).main_cf,
            "mynetworks = 203.0.113.0/24 127.0.0.0/8 [::ffff:127.0.0.0]/104 198.51.100.7/32\n" + kRelay);
  EXPECT_EQ(repaired("mynetworks = 127.0.0.1 198.51.100.0/24 [::]/0\n" + kRelay).main_cf,
            "mynetworks = 127.0.0.1 198.51.100.0/24 [::1]/128\n" + kRelay);
  texts["/etc/postfix/networks"] = "203.0.113.0/24\n0.0.0.0/0\n";
  const auto repair = repaired("mynetworks = /etc/postfix/networks\n" + kRelay);
  EXPECT_EQ(
      repair.main_cf,
      "mynetworks = /etc/postfix/networks 127.0.0.0/8 [::ffff:127.0.0.0]/104 198.51.100.7/32\n" + kRelay);
}

TEST_F(PostfixRelay, R13_WhoeverLogsInGoesOnWhereAPermitForEverybodyIsOutranked) {
  EXPECT_EQ(repaired("smtpd_relay_restrictions = permit, reject_unauth_destination\n").main_cf,
            "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, "
            "reject_unauth_destination, permit, reject_unauth_destination\n");
  tables["cidr:/etc/postfix/cl"]["*"] = "OK";
  EXPECT_EQ(repaired("smtpd_relay_restrictions = check_client_access cidr:/etc/postfix/cl, "
                     "reject_unauth_destination\n")
                .main_cf,
            "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, "
            "reject_unauth_destination, check_client_access cidr:/etc/postfix/cl, "
            "reject_unauth_destination\n")
      << "what it refuses it goes on refusing";
}

TEST_F(PostfixRelay, R13_ACommentInAListOfNetworksIsNoNetwork) {
  texts["/etc/postfix/networks"] = "# never put 0.0.0.0/0 here\n203.0.113.0/24\n";
  EXPECT_FALSE(door("mynetworks = 127.0.0.0/8 /etc/postfix/networks\n" + kRelay, kMaster));
  texts["/etc/postfix/networks"] = "203.0.113.0/24, 0.0.0.0/0\n198.51.100.7/32\n";
  const auto repair = repaired("mynetworks = 127.0.0.0/8 /etc/postfix/networks\n" + kRelay);
  ASSERT_EQ(repair.files.size(), 1U);
  EXPECT_EQ(repair.files[0].second, "203.0.113.0/24\n198.51.100.7/32\n");
  EXPECT_EQ(repair.main_cf, "mynetworks = 127.0.0.0/8 /etc/postfix/networks\n" + kRelay);
}

TEST_F(PostfixRelay, R13_ATableOfNetworksWithOthersBesideEverybodyIsAPersons) {
  texts["/etc/postfix/nets"] = "203.0.113.0/24 OK\n0.0.0.0/0 OK\n";
  const std::string main = "mynetworks = 127.0.0.0/8 cidr:/etc/postfix/nets\n" + kRelay;
  EXPECT_TRUE(door(main, kMaster));
  EXPECT_NE(close_relay(main, kMaster, "h", facts()).left_open, "");
}

TEST_F(PostfixRelay, R13_WhatAStrangerCanClaimIsOpen) {
  texts["/etc/postfix/snd"] = "# partners\ngmail.com  OK\n";
  const std::string list =
      "smtpd_relay_restrictions = check_sender_access hash:/etc/postfix/snd, "
      "reject_unauth_destination\n";
  repaired(list);
  texts["/etc/postfix/snd"] = "gmail.com REJECT\n";
  EXPECT_FALSE(door(list, kMaster));
  EXPECT_TRUE(view(list).unsure.empty());
  texts["/etc/postfix/snd"] = "news@partner.example OK\n";
  EXPECT_FALSE(door(list, kMaster));
  EXPECT_FALSE(view(list).unsure.empty()) << "a person's";
  texts.clear();
  tables["hash:/etc/postfix/snd"]["shop.example"] = "OK";
  EXPECT_TRUE(door("virtual_mailbox_domains = shop.example\n" + list, kMaster));
}

TEST_F(PostfixRelay, R13_WhatATableSaysIsReadAsSmtpdReadsIt) {
  for (const auto* yes : {"Ok", "relay", "200", "Permit"})
    EXPECT_TRUE(door("smtpd_relay_restrictions = check_client_access static:" + std::string(yes) +
                         ", reject_unauth_destination\n",
                     kMaster))
        << yes;
  tables["cidr:/x"]["*"] = "permit_mynetworks, Permit";
  EXPECT_TRUE(
      door("smtpd_relay_restrictions = check_client_access cidr:/x, reject_unauth_destination\n", kMaster));
  tables["cidr:/x"]["*"] = "permit_mynetworks, reject";
  EXPECT_FALSE(
      door("smtpd_relay_restrictions = check_client_access cidr:/x, reject_unauth_destination\n", kMaster));
  texts["/y"] = "203 OK\n";
  EXPECT_TRUE(
      door("smtpd_relay_restrictions = check_client_access hash:/y, reject_unauth_destination\n", kMaster));
}

TEST_F(PostfixRelay, R13_AWholeTopLevelIsNoDomainOfThisServer) {
  EXPECT_EQ(repaired("relay_domains = com net customer.example .jp\n" + kRelay).main_cf,
            "relay_domains = customer.example\n" + kRelay);
  EXPECT_FALSE(door("mydestination = localhost corp\n" + kRelay, kMaster));
}

TEST_F(PostfixRelay, R13_AHostInMasterIsReachedWhateverTheInterfaces) {
  const std::string main = "inet_interfaces = loopback-only\nmynetworks = 0.0.0.0/0\n" + kRelay;
  EXPECT_TRUE(door(main, "0.0.0.0:25 inet n - y - - smtpd\n"));
  EXPECT_FALSE(door(main, "127.0.0.1:25 inet n - y - - smtpd\n"));
}

TEST_F(PostfixRelay, R13_WhatCannotBeJudgedIsNotToldToBeClosed) {
  const auto unsure = [&](const std::string& main) { return view(main).unsure; };
  EXPECT_TRUE(unsure(kRelay).empty());
  for (const auto* step : {"check_policy_service unix:private/policy", "permit_tls_all_clientcerts",
                           "check_client_a_access mysql:/etc/postfix/x"}) {
    EXPECT_FALSE(
        unsure(std::string("smtpd_relay_restrictions = ") + step + ", reject_unauth_destination\n").empty())
        << step;
    EXPECT_TRUE(unsure(kRelay + "smtpd_recipient_restrictions = " + step + ", permit\n").empty())
        << "another list refuses for certain";
  }
  broken = "mysql:/etc/postfix/senders";
  EXPECT_FALSE(
      unsure("smtpd_relay_restrictions = check_sender_access mysql:/etc/postfix/senders, reject\n").empty());
  EXPECT_FALSE(unsure("multi_instance_directories = /etc/postfix-out\n" + kRelay).empty());
}

TEST_F(PostfixRelay, R13_WhatPostconfDoesNotTellIsNeitherClosedNorWritten) {
  for (const auto* name :
       {"mynetworks", "relay_domains", "mydestination", "smtpd_client_restrictions",
        "smtpd_helo_restrictions", "smtpd_sender_restrictions", "smtpd_recipient_restrictions"})
    postconf[name] = "";
  postconf["mynetworks"] = "127.0.0.0/8";
  postconf["smtpd_relay_restrictions"] = std::nullopt;
  EXPECT_FALSE(door("x = y\n", kMaster));
  EXPECT_FALSE(view("x = y\n").unsure.empty());
  postconf["smtpd_relay_restrictions"] = "";
  postconf["smtpd_recipient_restrictions"] = "check_client_access static:OK, reject_unauth_destination";
  const auto repair = close_relay("x = y\n", kMaster, "h", facts());
  EXPECT_EQ(repair.left_open, "");
}

TEST_F(PostfixRelay, ATableOfKnownClientsIsNoOpenRelay) {
  tables["hash:/etc/postfix/access"]["192.0.2.200"] = "OK";
  EXPECT_FALSE(door(
      "smtpd_relay_restrictions = check_client_access hash:/etc/postfix/access, reject_unauth_destination\n",
      kMaster));
}

TEST_F(PostfixRelay, ServicesThatNobodyOutsideReachesAreLeftAlone) {
  EXPECT_FALSE(door("mynetworks = 0.0.0.0/0\ninet_interfaces = loopback-only\n", kMaster));
  EXPECT_FALSE(door("mynetworks = 0.0.0.0/0\n", "127.0.0.1:10025 inet n - n - - smtpd\n"));
}

TEST_F(PostfixRelay, OldPostfixIsClosedByTheRecipientRestrictions) {
  modern = false;
  EXPECT_EQ(repaired("smtpd_recipient_restrictions = permit_mynetworks, permit, reject_unauth_destination\n")
                .main_cf,
            "smtpd_recipient_restrictions = permit_mynetworks, permit_sasl_authenticated, "
            "reject_unauth_destination, permit, "
            "reject_unauth_destination\n");
}

TEST_F(PostfixRelay, WhatIsInBracesIsLeftToAPerson) {
  const auto repair = close_relay(
      "smtpd_relay_restrictions = permit_mynetworks, check_client_access { static:OK }, permit, reject\n",
      kMaster, "h", facts());
  EXPECT_NE(repair.left_open, "");
}

TEST_F(PostfixRelay, WhatIsEverybody) {
  for (const auto* word :
       {"0.0.0.0/0", "128.0.0.0/1", "12.0.0.0/8", "[::]/0", "[2000::]/3", "*", "static:all"})
    EXPECT_TRUE(is_everybody(word)) << word;
  for (const auto* word : {"10.0.0.0/8", "127.0.0.0/8", "192.0.2.0/24", "192.0.2.1", "[::1]/128",
                           "[fd00::]/8", "!0.0.0.0/0", "/etc/x", "cidr:/etc/x", "1.2.3.4/x"})
    EXPECT_FALSE(is_everybody(word)) << word;
}

}  // namespace
}  // namespace rescue::recovery
