#include "rescue/recovery/queue_ways.hpp"

#include <gtest/gtest.h>

#include "queue_testing.hpp"
#include "rescue/recovery/queue_criteria.hpp"

namespace rescue::recovery {
namespace {

TEST(QueueWays, NamesTheScriptWithItsOwner) {
  const QueueTree tree;
  tree.write("/var/www/shop/mail.php", "<?php");
  const auto criteria =
      queue_criteria_for({{.way = "abused_script", .script = "/var/www/shop/mail.php"}}, tree.root());
  EXPECT_EQ(criteria["any"][0]["script"], "/var/www/shop/mail.php");
  EXPECT_EQ(criteria["any"][0]["uid"], ::geteuid());
  const auto gone =
      queue_criteria_for({{.way = "abused_script", .script = "/var/www/gone.php"}}, tree.root());
  EXPECT_FALSE(gone["any"][0].contains("uid"));
}

TEST(QueueWays, NamesTheAccountAndWhoUsedTheRelay) {
  const auto criteria = queue_criteria_for(
      {{.way = "open_relay", .addresses = {"203.0.113.5", "127.0.0.1", "0.0.0.0/0", "2001:db8::1"}},
       {.way = "abused_account", .account = "info"}},
      "/");
  ASSERT_EQ(criteria["any"].size(), 3U) << "what would be everybody's mail is left out";
  EXPECT_EQ(criteria["any"][2]["account"], "info");
  EXPECT_TRUE(parse_queue_criteria(criteria));
}

TEST(QueueWays, KnowsNothingNarrowOfARelayThatNobodyWasSeenUsing) {
  EXPECT_TRUE(queue_criteria_for({{.way = "open_relay"}}, "/")["any"].empty());
}

}  // namespace
}  // namespace rescue::recovery
