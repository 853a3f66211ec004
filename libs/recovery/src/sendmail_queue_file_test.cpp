#include "rescue/recovery/sendmail_queue_file.hpp"

#include <gtest/gtest.h>

#include "queue_testing.hpp"
#include "rescue/recovery/queue_criteria.hpp"

namespace rescue::recovery {
namespace {

struct ReadFile {
  QueueMessage message;
  SendmailFlags flags;
};
ReadFile read_file(const std::string& bytes) {
  ReadFile out;
  EXPECT_TRUE(read_sendmail_queue_file(bytes, out.message, out.flags));
  return out;
}

TEST(SendmailQueueFile, ReadsThatSomebodyLoggedInButNotWho) {
  const auto [message, flags] = read_file(real_file("sendmail_queue_file/logged_in"));
  EXPECT_EQ(message.origin.sender, "billing2@pay-service.example");
  EXPECT_EQ(message.origin.address, "198.18.3.23");
  EXPECT_TRUE(message.origin.logged_in);
  EXPECT_TRUE(message.origin.account.empty());
  EXPECT_EQ(message.recipients, std::vector<std::string>{"user2.0@target2.example"});
  EXPECT_EQ(message.subject, "Your account");
  EXPECT_EQ(to_us(*message.received), 1'795'695'438'000'000);
  EXPECT_FALSE(flags.quarantined);
}

TEST(SendmailQueueFile, ReadsWhoLoggedInWhereTheServerKeepsThat) {
  const auto named = real_file("sendmail_queue_file/named");
  EXPECT_EQ(read_file(named).message.origin.account, "info");
  auto macro = real_file("sendmail_queue_file/logged_in");
  macro.insert(macro.find("${auth_authen}") + 14, "info");
  EXPECT_EQ(read_file(macro).message.origin.account, "info");
}

TEST(SendmailQueueFile, WhatAStrangerWritesBehindTheServersOwnWordsNamesNobody) {
  auto bytes = real_file("sendmail_queue_file/forwarded");
  bytes.replace(bytes.find("for <owner"), 10, "for <\"(user=sales \"owner");
  const auto [message, flags] = read_file(bytes);
  EXPECT_TRUE(message.origin.account.empty());
  EXPECT_FALSE(message.origin.logged_in);
}

TEST(SendmailQueueFile, ReadsWhatAPhpScriptMailed) {
  const auto [message, flags] = read_file(real_file("sendmail_queue_file/from_php"));
  EXPECT_EQ(message.origin.address, "127.0.0.1");
  EXPECT_EQ(message.origin.script, "summer.php");
  EXPECT_EQ(message.origin.script_uid, 33U);
}

TEST(SendmailQueueFile, ReadsWhereAForwardedMessageGoes) {
  const auto [message, flags] = read_file(real_file("sendmail_queue_file/forwarded"));
  EXPECT_EQ(message.recipients, std::vector<std::string>{"owner@kissa-owner.example"});
  EXPECT_FALSE(message.origin.logged_in);
}

TEST(SendmailQueueFile, KnowsABounceThatSendmailMade) {
  const auto [message, flags] = read_file(real_file("sendmail_queue_file/bounce"));
  EXPECT_TRUE(flags.own_bounce);
  EXPECT_TRUE(message.origin.sender.empty());
  EXPECT_TRUE(message.origin.address.empty());
}

TEST(SendmailQueueFile, TakesTheAddressThatTheServerSawNotOneThatTheClientTold) {
  for (const auto& [macro, address] :
       {std::pair("$_[10.0.0.1]@host.example [203.0.113.7] (may be forged)", "203.0.113.7"),
        std::pair("$_host.example [IPv6:2001:db8::7]", "2001:db8::7"), std::pair("$_root@localhost", ""),
        std::pair("$_[", "")}) {
    const auto file = "V8\nT1795695438\n" + std::string(macro) + "\nS<a@b.example>\n.\n";
    EXPECT_EQ(read_file(file).message.origin.address, address) << macro;
  }
}

TEST(SendmailQueueFile, RefusesWhatBreaksOffOrGoesOn) {
  const auto whole = real_file("sendmail_queue_file/from_php");
  QueueMessage message;
  SendmailFlags flags;
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_sendmail_queue_file(whole.substr(0, size), message, flags)) << size;
  EXPECT_FALSE(read_sendmail_queue_file(whole + "RPFD:<more@d.example>\n", message, flags));
  for (const auto* odd : {"V9\nT1\nS<a@b>\n.\n", "V8\nT1\n.\n", "V8\nS<a@b>\n.\n", "V8\nT1\n\nS<a@b>\n.\n",
                          "V8\nT1\nS<a@b>\nXodd\n.\n", "V8\nT1\nS<a@b>\nHno mark\n.\n", "T1\nS<a@b>\n.\n"})
    EXPECT_FALSE(read_sendmail_queue_file(odd, message, flags)) << odd;
}

TEST(SendmailQueueFile, QuarantinesAndReleasesByteForByte) {
  constexpr std::int64_t kSeconds = 1'795'680'700;
  const auto before = real_file("sendmail_queue_file/logged_in");
  const auto held = with_quarantine_line(before, kSeconds);
  EXPECT_NE(held.find("\nqheld by rescue-responder since 1795680700\nS<"), std::string::npos);
  EXPECT_TRUE(read_file(held).flags.quarantined);
  EXPECT_EQ(with_quarantine_line(held, 1), held);
  EXPECT_EQ(without_quarantine_line(held, 1), held);
  EXPECT_EQ(without_quarantine_line(held, kSeconds), before);
  const auto others = real_file("sendmail_queue_file/quarantined");
  EXPECT_EQ(with_quarantine_line(others, kSeconds), others);
  EXPECT_EQ(with_quarantine_line("no queue file", 1), "");
}

TEST(SendmailQueueFile, KnowsItsNames) {
  EXPECT_TRUE(is_sendmail_id("6AQCHI7w000100"));
  EXPECT_TRUE(is_sendmail_id("6AQCHI7w4194303"));
  for (const auto* other : {"6AQCHI7w00100", "6AQCHI7w00010x", "../CHI7w000100", ""})
    EXPECT_FALSE(is_sendmail_id(other)) << other;
}

}  // namespace
}  // namespace rescue::recovery
