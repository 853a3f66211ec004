#include "rescue/recovery/postfix_queue_file.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "postfix_queue_names.hpp"
#include "queue_testing.hpp"

namespace rescue::recovery {
namespace {

bool parse(const std::string& bytes, QueueMessage& out) {
  return read_postfix_message(evidence::OpenFile(std::make_shared<const std::string>(bytes), {}), out);
}

TEST(PostfixQueueFile, ReadsWhatAPhpScriptMailed) {
  QueueMessage message;
  ASSERT_TRUE(parse(real_file("postfix_queue_file/from_php"), message));
  EXPECT_EQ(message.origin.sender, "forged@bank.example");
  EXPECT_EQ(message.origin.uid, 1000U);
  EXPECT_EQ(message.origin.script, "mail.php");
  EXPECT_EQ(message.origin.script_uid, 1000U);
  EXPECT_TRUE(message.origin.address.empty());
  EXPECT_EQ(message.recipients, std::vector<std::string>{"z@w.example"});
  EXPECT_EQ(message.subject, "hi");
  EXPECT_EQ(message.received, from_us(1'795'680'370'000'000));
}

TEST(PostfixQueueFile, ReadsWhatCameOverTheNetwork) {
  QueueMessage message;
  ASSERT_TRUE(parse(real_file("postfix_queue_file/over_smtp"), message));
  EXPECT_EQ(message.origin.sender, "a@sender.example");
  EXPECT_EQ(message.origin.address, "127.0.0.1");
  EXPECT_FALSE(message.origin.uid);
  EXPECT_EQ(message.recipient_count, 1U);
}

TEST(PostfixQueueFile, NamesWhoConnectedToTheFilterBeforeIt) {
  const auto with = [](const std::string& client, const std::string& forwarded) {
    QueueMessage message;
    EXPECT_TRUE(parse(record('T', "1789264811 1") + record('A', "log_client_address=" + forwarded) +
                          MadeMessage{.address = client}.bytes(),
                      message));
    return message.origin.address;
  };
  EXPECT_EQ(with("127.0.0.1", "203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(with("::1", "2001:db8::5"), "2001:db8::5");
  EXPECT_EQ(with("127.0.0.1", "unknown"), "127.0.0.1");
  EXPECT_EQ(with("198.51.100.7", "203.0.113.5"), "198.51.100.7") << "a stranger's word";
}

TEST(PostfixQueueNames, TellsOfAFilter) {
  for (const auto* settings :
       {"content_filter = smtp-amavis:[127.0.0.1]:10024\n", "smtpd_proxy_filter = 127.0.0.1:10024\n"}) {
    const QueueTree tree;
    tree.write("/etc/postfix/main.cf", settings);
    evidence::Gaps gaps;
    read_postfix_queue_settings(*evidence::SafeRoot::open(tree.root()), gaps);
    ASSERT_EQ(gaps.size(), 1U) << settings;
    EXPECT_NE(gaps.begin()->reason.find("who logged in"), std::string::npos);
  }
  const QueueTree tree;
  tree.write("/etc/postfix/main.cf", "content_filter =\n");
  tree.write("/etc/postfix/master.cf", "smtp inet n - y - - smtpd\n  -o content_filter=filter:dummy\n");
  evidence::Gaps gaps;
  read_postfix_queue_settings(*evidence::SafeRoot::open(tree.root()), gaps);
  EXPECT_EQ(gaps.size(), 1U);
}

TEST(PostfixQueueFile, FollowsPointersAndNotForEver) {
  // At 0 the time, then a pointer to the sender behind, which points back to the rest.
  const auto pointer = [](std::size_t to) {
    const auto digits = std::to_string(to);
    return record('p', std::string(15 - digits.size(), ' ') + digits);
  };
  const auto time = record('T', "1789264811 1");
  const auto rest = record('R', "u@d.example") + record('M', "") + record('N', "Subject: S") +
                    record('N', "") + record('X', "") + record('E', "");
  const auto rest_at = time.size() + pointer(0).size();
  const auto bytes =
      time + pointer(rest_at + rest.size()) + rest + record('S', "s@d.example") + pointer(rest_at);
  QueueMessage message;
  ASSERT_TRUE(parse(bytes, message));
  EXPECT_EQ(message.origin.sender, "s@d.example");
  EXPECT_EQ(message.subject, "S");
  QueueMessage endless;
  EXPECT_FALSE(parse(time + pointer(time.size()), endless));
}

TEST(PostfixQueueFile, RefusesWhatIsNone) {
  for (const std::string& bytes :
       {std::string(), std::string("#!/bin/sh\n"), std::string("C\xFF\xFF\xFF\xFF\xFF\xFF"),
        std::string("C\x7F"
                    "abc"),
        record('T', "1 1") + record('S', "a@b.example"), std::string("M\0", 2)}) {
    QueueMessage message;
    EXPECT_FALSE(parse(bytes, message));
  }
}

TEST(PostfixQueueFile, BearsPlacesThatNoFileHas) {
  const std::string most = "9223372036854775807";
  for (const auto& [bytes, at] :
       {std::pair(most, most), std::pair(most, std::string("1")), std::pair(std::string("0"), most)}) {
    QueueMessage message;
    EXPECT_TRUE(parse(record('C', bytes + " " + at + " 1") + MadeMessage{}.bytes(), message));
    EXPECT_EQ(message.recipient_count, 1U);
  }
}

TEST(PostfixQueueFile, CountsRecipientsAndNamesSoManyOnly) {
  std::string bytes = record('T', "1789264811 1") + record('S', "s@d.example");
  for (int i = 0; i < 1'500; ++i) bytes += record('R', "u" + std::to_string(i) + "@d.example");
  bytes += record('M', "") + record('N', "");
  QueueMessage message;
  ASSERT_TRUE(parse(bytes, message));
  EXPECT_EQ(message.recipient_count, 1'500U);
  EXPECT_EQ(message.recipients.size(), QueueMessage::kMostRecipients);
}

TEST(PostfixQueueFile, ReadsWhatABounceIsAbout) {
  MadeMessage made;
  made.sender = made.address = "";
  made.content = record('N', "Subject: Undelivered Mail Returned to Sender") + record('N', "") +
                 record('N', "X-Postfix-Queue-ID: 4D2C17A1") +
                 record('N', "X-Postfix-Sender: rfc822; bank@bank.example") + record('N', "") +
                 record('N', "Content-Type: message/rfc822") + record('N', "") +
                 record('N', "Received: from mail (unknown [203.0.113.5])") +
                 record('N', "\t(Authenticated sender: info)") +
                 record('N', "\tby web01.example.jp (Postfix) with ESMTPSA id 4D2C17A1;");
  QueueMessage message;
  ASSERT_TRUE(parse(made.bytes(), message));
  ASSERT_TRUE(message.original);
  EXPECT_EQ(message.original->id, "4D2C17A1");
  EXPECT_EQ(message.original->origin.sender, "bank@bank.example");
  EXPECT_EQ(message.original->origin.address, "203.0.113.5");
  EXPECT_EQ(message.original->origin.account, "info");
}

TEST(PostfixQueueFile, ReadsABounceThatPostfixMade) {
  QueueMessage message;
  ASSERT_TRUE(parse(real_file("postfix_queue_file/bounce"), message));
  EXPECT_TRUE(message.origin.sender.empty());
  ASSERT_TRUE(message.original);
  EXPECT_EQ(message.original->origin.sender, "forged@bank.example");
  EXPECT_EQ(message.original->origin.uid, 0U);
  EXPECT_TRUE(is_postfix_id(message.original->id)) << message.original->id;
}

TEST(PostfixQueueFile, ABounceFromElsewhereSaysNothingOfOurs) {
  MadeMessage made;
  made.sender = "";
  made.content = record('N', "") + record('N', "X-Postfix-Queue-ID: 4D2C17A1");
  QueueMessage message;
  ASSERT_TRUE(parse(made.bytes(), message));
  EXPECT_FALSE(message.original);
}

TEST(PostfixQueueNames, LiesWherePostfixPutsIt) {
  PostfixQueueSettings settings;
  EXPECT_EQ(postfix_place(settings, "deferred", "B1AC641"), "deferred/B");
  EXPECT_EQ(postfix_place(settings, "hold", "B1AC641"), "hold");
  settings.depth = 2;
  EXPECT_EQ(postfix_place(settings, "defer", "B1AC641"), "defer/B/1");
  // Long names, as Postfix itself put them: their microseconds count.
  settings.depth = 1;
  EXPECT_EQ(postfix_place(settings, "deferred", "4jZrv603xDz1W"), "deferred/0");
  EXPECT_EQ(postfix_place(settings, "deferred", "4jZrv60VZ3z1X"), "deferred/1");
  EXPECT_EQ(postfix_place(settings, "deferred", "4jZrv61D9Bz1v"), "deferred/2");
  EXPECT_EQ(postfix_place(settings, "deferred", "4jZrv56mz9z1S"), "deferred/E");
}

TEST(PostfixQueueNames, TakesTheInodesPartAnew) {
  EXPECT_EQ(postfix_id_for("B1AC641", 0x41), "B1AC641");
  EXPECT_EQ(postfix_id_for("B1AC641", 0x1234), "B1AC61234");
  EXPECT_EQ(postfix_id_for("4jZrv61D9Bz1v", 98), "4jZrv61D9Bz1v");
  EXPECT_EQ(postfix_id_for("3Pt2mN9VvTz7WYN", 50), "3Pt2mN9VvTzy");
  EXPECT_EQ(postfix_id_for("3Pt2mN9VvTz7WYN", 51), "3Pt2mN9VvTz10");
}

}  // namespace
}  // namespace rescue::recovery
