#include "rescue/evidence/postfix_queue.hpp"

#include <gtest/gtest.h>

#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

std::string record(char type, const std::string& data) {
  std::string out(1, type);
  auto length = data.size();
  for (; length >= 0x80; length >>= 7U) out += static_cast<char>((length & 0x7FU) | 0x80U);
  return out + static_cast<char>(length) + data;
}

std::string queue_file(const std::string& account, int recipients) {
  std::string file =
      record('C', "             500             210               2               0             500") +
      record('T', "1789264811 123456") + record('A', "client_address=203.0.113.5");
  if (!account.empty()) file += record('A', "sasl_username=" + account);
  file += record('S', "bank@bank.example");
  for (int i = 0; i < recipients; ++i) file += record('R', "u" + std::to_string(i) + "@d.example");
  return file + record('M', "") + record('N', "Subject: R") + record('R', "no recipient") + record('E', "");
}

TEST(PostfixQueue, ReadsAnEnvelopeAndNotTheContent) {
  QueuedEnvelope envelope;
  ASSERT_TRUE(parse_queue_file(queue_file(std::string(200, 'a'), 3), envelope));
  EXPECT_EQ(envelope.account, std::string(200, 'a'));
  EXPECT_EQ(envelope.sender, "bank@bank.example");
  EXPECT_EQ(envelope.address, "203.0.113.5");
  EXPECT_EQ(envelope.recipients, 3U);
}

TEST(PostfixQueue, EndsAtLengthsThatLie) {
  for (const std::string& bytes : {std::string("C\xFF\xFF\xFF\xFF\xFF\xFF"),
                                   std::string("C\x7F"
                                               "abc"),
                                   std::string("C")}) {
    QueuedEnvelope envelope;
    EXPECT_TRUE(parse_queue_file(bytes, envelope));
    EXPECT_EQ(envelope.recipients, 0U);
  }
  QueuedEnvelope envelope;
  EXPECT_FALSE(parse_queue_file("#!/bin/sh", envelope));
}

TEST(PostfixQueue, CountsByWhoHandedItIn) {
  TempTree tree;
  tree.write("/var/spool/postfix/deferred/A/A1", queue_file("info", 5));
  tree.write("/var/spool/postfix/deferred/B/B1", queue_file("info", 7));
  tree.write("/var/spool/postfix/active/C1", queue_file("", 1));
  Gaps gaps;
  const auto queue = read_postfix_queue(tree.root(), gaps);
  ASSERT_EQ(queue.size(), 2U);
  EXPECT_EQ(queue.at("info").messages, 2U);
  EXPECT_EQ(queue.at("info").recipients, 12U);
  EXPECT_EQ(queue.at("info").first_file, "/var/spool/postfix/deferred/A/A1");
  EXPECT_TRUE(gaps.empty());
}

TEST(PostfixQueue, TellsWhomItDidNotCount) {
  TempTree tree;
  for (int i = 0; i < 10'003; ++i)
    tree.write("/var/spool/postfix/hold/" + std::to_string(i), queue_file("a" + std::to_string(i), 1));
  Gaps gaps;
  EXPECT_EQ(read_postfix_queue(tree.root(), gaps).size(), 10'000U);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].reason, "more senders than can be told apart: 3 messages were not counted");
}

}  // namespace
}  // namespace rescue::evidence
