// Sendmail's queue in folders of a test, touched by hold, purge, release and restore.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "queue_testing.hpp"
#include "rescue/recovery/queue_ways.hpp"
#include "rescue/recovery/queue_work.hpp"
#include "sendmail_queue_lock.hpp"

namespace rescue::recovery {
namespace {

const std::string kQueue = "/var/spool/mqueue";
const std::string kSpam = "6AQCHI7w000100", kUsual = "6AQCHH1m000094", kPhp = "6AQCHI0G000110",
                  kBounce = "6AQCYOBm000095";

/// One message of a log-in from 198.18.3.23, one from elsewhere, one of a script, forwarded mail, and a
/// bounce of the first.
class SendmailTree : public QueueTree {
 public:
  explicit SendmailTree(std::string place = kQueue, const std::string& control = "",
                        const std::string& data = "")
      : control_(place + control), data_(place + data) {
    folder(kQueue);
    const auto spam = real_file("sendmail_queue_file/logged_in");
    put(kSpam, spam);
    auto usual = spam;
    for (auto at = usual.find("198.18.3.23"); at != std::string::npos; at = usual.find("198.18.3.23"))
      usual.replace(at, 11, "198.51.100.33");
    put(kUsual, usual);
    put(kPhp, real_file("sendmail_queue_file/from_php"));
    put("6AQCHH9k000085", real_file("sendmail_queue_file/forwarded"));
    put(kBounce, real_file("sendmail_queue_file/bounce"),
        "--x\nContent-Type: text/rfc822-headers\n\nReturn-Path: <billing2@pay-service.example>\n"
        "Received: from client ([198.18.3.23])\n\t(authenticated bits=0)\n\tby web01.example.jp (8.17.1.9) "
        "with "
        "ESMTPA id " +
            kSpam + "\n\tfor <user2.0@target2.example>; Thu, 26 Nov 2026 21:17:18 +0900\n\n--x--\n");
  }
  void put(const std::string& id, const std::string& control, const std::string& data = "text\n") const {
    write(control_ + "/qf" + id, control, 0640);
    write(data_ + "/df" + id, data, 0640);
  }
  std::string qf(const std::string& id) const { return control_ + "/qf" + id; }
  std::string hf(const std::string& id) const { return control_ + "/hf" + id; }
  std::string df(const std::string& id) const { return data_ + "/df" + id; }
  QueueOptions options() const { return {.root = root(), .seconds = 1'795'680'700}; }

 private:
  std::string control_, data_;
};

Json spam() {
  return parse_json(R"({"any": [{"address": "198.18.3.23", "nameless_login": true}]})").value();
}
Json done(const Result<Json>& result) {
  EXPECT_TRUE(result) << (result ? "" : result.error().detail);
  return result ? *result : Json::object();
}
std::uint64_t counted(const Json& told, const char* name) {
  return told["counts"][name].get<std::uint64_t>();
}

TEST(SendmailQueue, JudgesEachMessageAndTellsWhatNobodyCanTell) {
  const SendmailTree tree;
  const auto told = done(plan_queue(tree.options(), spam()));
  EXPECT_EQ(told["systems"], Json({"sendmail"}));
  EXPECT_EQ(told["read"], 5);
  EXPECT_EQ(told["classes"]["abuse"]["messages"], 1);
  EXPECT_EQ(told["classes"]["bounce-of-abuse"]["messages"], 1);
  EXPECT_EQ(told["classes"]["nameless-login"]["messages"], 1);
  EXPECT_EQ(told["classes"]["nameless-login"]["decision"], "stay");
  EXPECT_EQ(told["classes"]["other"]["messages"], 2);
  EXPECT_TRUE(told["gaps"].empty()) << told["gaps"];
}

TEST(SendmailQueue, R13_HoldsAndReleasesByteForByte) {
  const SendmailTree tree;
  const auto before = tree.read(tree.qf(kSpam));
  EXPECT_EQ(counted(done(hold_queue(tree.options(), spam())), "held"), 2U);
  EXPECT_FALSE(tree.has(tree.qf(kSpam)));
  EXPECT_NE(tree.read(tree.hf(kSpam)).find("\nqheld by rescue-responder since 1795680700\n"),
            std::string::npos);
  EXPECT_TRUE(tree.has(tree.qf(kUsual)));
  EXPECT_EQ(done(hold_queue(tree.options(), spam()))["new"], 0);
  EXPECT_EQ(done(release_queue(tree.options()))["released"], 2);
  EXPECT_EQ(tree.read(tree.qf(kSpam)), before);
  EXPECT_FALSE(tree.has(tree.hf(kSpam)));
  EXPECT_EQ(done(release_queue(tree.options()))["released"], 0);
}

TEST(SendmailQueue, WhatSomebodyElseQuarantinedStaysSo) {
  const SendmailTree tree;
  std::filesystem::remove(tree.at(tree.qf(kSpam)));
  tree.write(tree.hf(kSpam), real_file("sendmail_queue_file/quarantined"), 0640);
  done(hold_queue(tree.options(), spam()));
  done(release_queue(tree.options()));
  EXPECT_EQ(tree.read(tree.hf(kSpam)), real_file("sendmail_queue_file/quarantined"));
}

TEST(SendmailQueue, R13_PurgesWithEvidenceAndPutsBack) {
  for (const auto& [place, control, data] : {std::tuple(kQueue, "", ""), std::tuple(kQueue + "/q1", "", ""),
                                             std::tuple(kQueue + "/q1", "/qf", "/df")}) {
    const SendmailTree tree(place, control, data);
    const auto before = tree.read(tree.qf(kSpam));
    tree.write(place + "/xf" + kSpam, "transcript", 0640);
    EXPECT_EQ(counted(done(purge_queue(tree.options(), spam())), "purged"), 2U);
    EXPECT_EQ(tree.count(kQueue), 6U) << place << control;
    EXPECT_EQ(counted(done(purge_queue(tree.options(), spam())), "purged"), 2U);
    EXPECT_EQ(done(restore_queue(tree.options()))["restored"], 2);
    EXPECT_TRUE(tree.has(tree.hf(kSpam)));
    EXPECT_EQ(done(release_queue(tree.options()))["released"], 2);
    EXPECT_EQ(tree.read(tree.qf(kSpam)), before);
    EXPECT_EQ(tree.read(tree.df(kSpam)), "text\n");
  }
}

TEST(SendmailQueue, R13_PurgesAScriptsMailOnly) {
  const SendmailTree tree;
  const auto criteria = parse_json(R"({"any": [{"script": "/var/www/summer.php", "uid": 33}]})").value();
  EXPECT_EQ(counted(done(purge_queue(tree.options(), criteria)), "purged"), 1U);
  EXPECT_FALSE(tree.has(tree.qf(kPhp)) || tree.has(tree.df(kPhp)));
  EXPECT_TRUE(tree.has(tree.qf(kUsual)) && tree.has(tree.qf(kBounce)));
}

TEST(SendmailQueue, FinishesWhatAKilledRunHasLeft) {
  const SendmailTree tree;
  auto options = tree.options();
  options.most_kept_bytes = 0;
  options.patience = std::chrono::microseconds(1);
  ASSERT_EQ(done(purge_queue(options, spam()))["more"], true);
  // It had got as far as the queue file of the one, and the name of the other's.
  std::filesystem::remove(tree.at(tree.qf(kSpam)));
  std::filesystem::rename(tree.at(tree.qf(kBounce)), tree.at(tree.hf(kBounce)));
  options.patience = {};
  const auto told = done(purge_queue(options, spam()));
  EXPECT_EQ(counted(told, "purged"), 2U);
  for (const auto& id : {kSpam, kBounce})
    EXPECT_FALSE(tree.has(tree.qf(id)) || tree.has(tree.hf(id)) || tree.has(tree.df(id)));
}

TEST(SendmailQueue, WhatHasTheNameOfAnotherMessageNowIsLeft) {
  const SendmailTree tree;
  auto options = tree.options();
  options.patience = std::chrono::microseconds(1);
  ASSERT_EQ(done(purge_queue(options, spam()))["more"], true);
  std::filesystem::rename(tree.at(tree.df(kSpam)), tree.at("/delivered"));
  tree.write(tree.df(kSpam), "another\n", 0640);
  auto other = real_file("sendmail_queue_file/forwarded");
  tree.write(tree.qf(kSpam), other, 0640);
  options.patience = {};
  EXPECT_EQ(counted(done(purge_queue(options, spam())), "vanished"), 1U);
  EXPECT_EQ(tree.read(tree.qf(kSpam)), other);
}

/// Runs `work` while another process has the file locked as sendmail has it.
void while_locked(const std::string& path, bool by_flock, const std::function<void()>& work) {
  std::array<int, 2> ready{}, end{};
  ASSERT_EQ(::pipe(ready.data()) + ::pipe(end.data()), 0);
  const auto delivering = ::fork();
  if (delivering == 0) {
    const int fd = ::open(path.c_str(), O_RDWR);
    struct flock whole {};
    whole.l_type = F_WRLCK;
    const int locked = by_flock ? ::flock(fd, LOCK_EX | LOCK_NB) : ::fcntl(fd, F_SETLK, &whole);
    char byte = locked == 0 ? 'y' : 'n';
    static_cast<void>(::write(ready[1], &byte, 1) + ::read(end[0], &byte, 1));
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  work();
  ASSERT_EQ(::write(end[1], &byte, 1), 1);
  int status = 0;
  ASSERT_EQ(::waitpid(delivering, &status, 0), delivering);
}

TEST(SendmailQueue, LeavesToSendmailWhatItIsDelivering) {
  for (const bool by_flock : {true, false}) {
    const SendmailTree tree;
    while_locked(tree.at(tree.qf(kSpam)), by_flock, [&] {
      const auto told = done(purge_queue(tree.options(), spam()));
      EXPECT_EQ(counted(told, "left"), 1U);
      EXPECT_TRUE(tree.has(tree.qf(kSpam)));
    });
    EXPECT_FALSE(tree.has(tree.qf(kBounce)));
    EXPECT_EQ(counted(done(purge_queue(tree.options(), spam())), "purged"), 2U);
  }
}

TEST(SendmailQueue, WhatIsBeingTakenInIsUnfinishedAndWhatIsDamagedIsAGap) {
  const SendmailTree tree;
  const auto whole = tree.read(tree.qf(kUsual));
  tree.write(tree.qf(kUsual), whole.substr(0, 100), 0640);
  while_locked(tree.at(tree.qf(kUsual)), true, [&] {
    EXPECT_EQ(done(plan_queue(tree.options(), spam()))["classes"]["unfinished"]["messages"], 1);
  });
  tree.write(kQueue + "/Qf6AQCHH9k000099", whole, 0640);
  std::filesystem::create_symlink("/etc/passwd", tree.at(kQueue + "/qf6AQCHH9k000098"));
  const auto told = done(plan_queue(tree.options(), spam()));
  EXPECT_EQ(told["classes"]["unreadable"]["messages"], 3);
  EXPECT_EQ(told["gaps"].size(), 3U);
}

TEST(SendmailQueue, TellsQueuesThatItDoesNotRead) {
  const SendmailTree tree;
  tree.write("/etc/mail/sendmail.cf", "O QueueDirectory=/srv/queue\nQslow, P=/srv/slow*, F=f\n");
  EXPECT_EQ(done(plan_queue(tree.options(), spam()))["gaps"].size(), 2U);
  tree.write("/etc/mail/sendmail.cf", "O QueueDirectory=/var/spool/mqueue/q*\n");
  EXPECT_TRUE(done(plan_queue(tree.options(), spam()))["gaps"].empty());
}

TEST(SendmailQueue, AnAccountsMailIsWhatCameFromTheAddressesThatAbusedIt) {
  const SendmailTree tree;
  tree.write("/etc/mail/sendmail.cf", "V10\n");
  const auto found = queue_criteria_for(
      {{.way = "abused_account", .account = "info", .addresses = {"198.18.3.23", "127.0.0.1"}}}, tree.root());
  EXPECT_EQ(found.criteria["any"],
            Json({{{"account", "info"}}, {{"address", "198.18.3.23"}, {"nameless_login", true}}}));
  EXPECT_EQ(found.left.size(), 2U);
  EXPECT_EQ(counted(done(purge_queue(tree.options(), found.criteria)), "purged"), 2U);
  EXPECT_TRUE(tree.has(tree.qf(kUsual)));
}

}  // namespace
}  // namespace rescue::recovery
