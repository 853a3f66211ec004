#include "rescue/recovery/queue_ways.hpp"

#include <gtest/gtest.h>

#include "queue_testing.hpp"
#include "rescue/recovery/queue_criteria.hpp"

namespace rescue::recovery {
namespace {

TEST(QueueWays, NamesTheScriptWithItsOwner) {
  const QueueTree tree;
  tree.write("/var/www/shop/x7.php", "<?php");
  const auto found =
      queue_criteria_for({{.way = "abused_script", .script = "/var/www/shop/x7.php"}}, tree.root());
  EXPECT_EQ(found.criteria["any"][0]["script"], "/var/www/shop/x7.php");
  EXPECT_EQ(found.criteria["any"][0]["uid"], ::geteuid());
  EXPECT_TRUE(found.left.empty());
}

TEST(QueueWays, LeavesAScriptWhoseMailCannotBeToldFromOthers) {
  const QueueTree tree;
  tree.write("/var/www/a/PHPMailer.php", "<?php");
  tree.write("/var/www/a/mail.php", "<?php");
  for (const auto* script : {"/var/www/a/PHPMailer.php", "/var/www/a/mail.php", "/var/www/gone.php"}) {
    const auto found = queue_criteria_for({{.way = "abused_script", .script = script}}, tree.root());
    EXPECT_TRUE(found.criteria["any"].empty()) << script;
    ASSERT_EQ(found.left.size(), 1U);
    EXPECT_NE(found.left[0].get<std::string>().find(script), std::string::npos);
  }
}

TEST(QueueWays, LeavesAScriptThatAnotherSiteHasUnderTheSameNameAndOwner) {
  const QueueTree tree;
  tree.write("/etc/apache2/sites-enabled/a.conf", "DocumentRoot /srv/a\n");
  tree.write("/etc/nginx/sites-enabled/b", "server { root /srv/b; }\n");
  tree.write("/srv/a/x7.php", "<?php");
  tree.write("/srv/b/y.php", "<?php");
  const Way way{.way = "abused_script", .script = "/srv/a/x7.php"};
  EXPECT_EQ(queue_criteria_for({way}, tree.root()).criteria["any"].size(), 1U);
  tree.write("/srv/b/forms/X7.php", "<?php");
  const auto found = queue_criteria_for({way}, tree.root());
  EXPECT_TRUE(found.criteria["any"].empty());
  EXPECT_NE(found.left.dump().find("/srv/b/forms/X7.php has the same name and owner"), std::string::npos);
}

TEST(QueueWays, NamesTheAccountAndWhoUsedTheRelay) {
  const auto found = queue_criteria_for(
      {{.way = "open_relay", .addresses = {"203.0.113.5", "127.0.0.1", "0.0.0.0/0", "2001:db8::1"}},
       {.way = "abused_account", .account = "info"}},
      "/");
  ASSERT_EQ(found.criteria["any"].size(), 3U) << "what would be everybody's mail is left out";
  EXPECT_EQ(found.criteria["any"][2]["account"], "info");
  EXPECT_TRUE(parse_queue_criteria(found.criteria));
  EXPECT_EQ(found.left.size(), 2U) << "and told";
}

TEST(QueueWays, TellsThatOthersMayHaveUsedARelayThatMoreUsedThanAreNamed) {
  const Way relay{.way = "open_relay", .addresses = std::vector<std::string>(60, "203.0.113.5")};
  EXPECT_NE(queue_criteria_for({relay}, "/").left.dump().find("others"), std::string::npos);
}

TEST(QueueWays, KnowsNothingNarrowOfARelayThatNobodyWasSeenUsing) {
  const auto found = queue_criteria_for({{.way = "open_relay"}}, "/");
  EXPECT_TRUE(found.criteria["any"].empty());
  EXPECT_EQ(found.left.size(), 1U);
}

}  // namespace
}  // namespace rescue::recovery
