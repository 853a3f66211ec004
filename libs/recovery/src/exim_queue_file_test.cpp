#include "rescue/recovery/exim_queue_file.hpp"

#include <gtest/gtest.h>

#include "exim_queue_lock.hpp"
#include "queue_testing.hpp"

namespace rescue::recovery {
namespace {

TEST(EximQueueFile, ReadsWhoLoggedIn) {
  QueueMessage message;
  EximFlags flags;
  ASSERT_TRUE(read_exim_header_file(real_file("exim_queue_file/logged_in"), message, flags));
  EXPECT_EQ(message.id, "1xWUYv-00000R-0m");
  EXPECT_EQ(message.origin.sender, "forged@bank.example");
  EXPECT_EQ(message.origin.account, "info");
  EXPECT_EQ(message.origin.address, "127.0.0.1");
  EXPECT_FALSE(message.origin.uid);
  EXPECT_EQ(message.recipients, (std::vector<std::string>{"v1@d.example", "v2@d.example"}));
  EXPECT_EQ(message.subject, "spam folded");
  EXPECT_FALSE(flags.frozen);
}

TEST(EximQueueFile, ReadsWhatAPhpScriptMailed) {
  QueueMessage message;
  EximFlags flags;
  ASSERT_TRUE(read_exim_header_file(real_file("exim_queue_file/from_php"), message, flags));
  EXPECT_EQ(message.origin.uid, 1000U);
  EXPECT_EQ(message.origin.script, "mail.php");
  EXPECT_TRUE(message.origin.address.empty());
}

TEST(EximQueueFile, KnowsABounceThatEximMade) {
  QueueMessage message;
  EximFlags flags;
  ASSERT_TRUE(read_exim_header_file(real_file("exim_queue_file/bounce"), message, flags));
  EXPECT_TRUE(flags.own_bounce);
  EXPECT_TRUE(message.origin.sender.empty());
}

std::string made(const std::string& flags, const std::string& tree, const std::string& recipients) {
  return "1xWUYv-00000R-0m-H\nweb 33 33\n<a@b.example>\n1795680637 0\n" + flags + tree + recipients +
         "\n008  Subject\n";
}

TEST(EximQueueFile, LeavesOutWhoHasItAlready) {
  const auto bytes = made("-local\n-acl 0 3\na\nb\n", "YN m@d.example\nNY c@d.example\nNN e@d.example\n",
                          "4\nm@d.example\nz@d.example 0,-1#1\nc@d.example\ny@d.example\n");
  QueueMessage message;
  EximFlags flags;
  ASSERT_TRUE(read_exim_header_file(bytes, message, flags));
  EXPECT_EQ(message.recipients, (std::vector<std::string>{"z@d.example", "y@d.example"}));
  EXPECT_EQ(message.origin.uid, 33U);
}

TEST(EximQueueFile, ReadsAddressesOfOldAndNewForm) {
  for (const auto& [form, address] :
       {std::pair("192.0.2.7.4321", "192.0.2.7"), std::pair("2001:db8::7.4321", "2001:db8::7"),
        std::pair("[2001:db8::7]:4321", "2001:db8::7"), std::pair("192.0.2.7", "192.0.2.7")}) {
    QueueMessage message;
    EximFlags flags;
    ASSERT_TRUE(read_exim_header_file(made(std::string("-host_address ") + form + "\n", "XX\n", "0\n"),
                                      message, flags));
    EXPECT_EQ(message.origin.address, address);
  }
}

TEST(EximQueueFile, RefusesWhatBreaksOff) {
  const auto whole = real_file("exim_queue_file/logged_in");
  for (std::size_t size = 0; size < whole.find("\n\n") + 20; ++size) {
    QueueMessage message;
    EximFlags flags;
    EXPECT_FALSE(read_exim_header_file(whole.substr(0, size), message, flags) &&
                 message.subject == "spam folded")
        << size;
  }
  for (const auto* tree : {"YY a@b.example\nNN c@d.example\nXX\n", "Y\n", "QN a@b.example\n"}) {
    QueueMessage message;
    EximFlags flags;
    EXPECT_FALSE(read_exim_header_file(made("", tree, "0\n"), message, flags)) << tree;
  }
}

TEST(EximQueueFile, FreezesAndThawsByteForByte) {
  const auto before = real_file("exim_queue_file/logged_in");
  const auto frozen = with_frozen_line(before, 1'795'680'700);
  QueueMessage message;
  EximFlags flags;
  ASSERT_TRUE(read_exim_header_file(frozen, message, flags));
  EXPECT_TRUE(flags.frozen);
  EXPECT_EQ(with_frozen_line(frozen, 1), frozen);
  EXPECT_EQ(without_frozen_line(frozen, 1), frozen);
  EXPECT_EQ(without_frozen_line(frozen, 1'795'680'700), before);
  EXPECT_EQ(with_frozen_line("no header file", 1), "");
}

TEST(EximQueueLock, WhatWasDeliveredBeforeTheLockCameIsGone) {
  const QueueTree tree;
  const std::string id = "1xWUYv-00000R-0m", path = "/input/" + id + "-D";
  tree.write(path, id + "-D\nbody\n");
  const auto folder = QueueFolder::open(tree.root(), "/input").value();
  const auto judged = mark_of(*folder.look(id + "-D"));
  EXPECT_TRUE(lock_exim_message(folder, id, judged));
  // Another message has its name by now; the old one's number is kept from being used again.
  std::filesystem::rename(tree.at(path), tree.at("/delivered"));
  tree.write(path, id + "-D\nanother\n");
  EXPECT_EQ(lock_exim_message(folder, id, judged).error().code, ErrorCode::kNotFound);
  std::filesystem::remove(tree.at(path));
  EXPECT_EQ(lock_exim_message(folder, id, judged).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace rescue::recovery
