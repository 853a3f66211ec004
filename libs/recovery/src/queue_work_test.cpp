#include "rescue/recovery/queue_work.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <sstream>

#include "queue_testing.hpp"
#include "rescue/base/base64.hpp"

namespace rescue::recovery {
namespace {

const std::string kPostfix = "/var/spool/postfix";
const std::string kState = "/var/lib/rescue-responder/queue";

Json criteria() {
  return parse_json(R"({"any": [{"account": "info"}]})").value();
}

/// A Postfix with mail of the abused account `info`, of `sales` and of the server itself. The names fit no
/// inode: as after a copy.
class PostfixTree : public QueueTree {
 public:
  PostfixTree() {
    for (const auto* name : {"maildrop", "incoming", "active", "hold", "deferred/A", "defer/A"})
      folder(kPostfix + "/" + name);
  }
  void message(const std::string& place, const std::string& account,
               const std::string& sender = "bank@bank.example") const {
    write(kPostfix + "/" + place, MadeMessage{.sender = sender, .account = account}.bytes());
  }
  void bounce(const std::string& place, const std::string& original, const std::string& account) const {
    MadeMessage made{.sender = "", .address = ""};
    made.content = record('N', "") + record('N', "X-Postfix-Queue-ID: " + original) +
                   record('N', "X-Postfix-Sender: rfc822; bank@bank.example") +
                   record('N', "Content-Type: message/rfc822") + record('N', "") +
                   record('N', "Received: from x (x [203.0.113.5])") +
                   record('N', "\t(Authenticated sender: " + account + ")");
    write(kPostfix + "/" + place, made.bytes());
  }
  QueueOptions options() const { return {.root = root(), .seconds = 1'795'680'700}; }
  std::size_t waiting() const {
    std::size_t files = 0;
    for (const auto* name : {"maildrop", "incoming", "active", "hold", "deferred", "defer"})
      files += count(kPostfix + "/" + name);
    return files;
  }
};

Json done(const Result<Json>& result) {
  EXPECT_TRUE(result) << (result ? "" : result.error().detail);
  return result ? *result : Json::object();
}
std::uint64_t counted(const Json& told, const char* name) {
  return told["counts"][name].get<std::uint64_t>();
}

TEST(QueueWork, PlansWithoutTouchingAnything) {
  const PostfixTree tree;
  tree.message("deferred/A/A00001", "info");
  tree.message("incoming/A00002", "sales");
  tree.bounce("active/A00003", "A00001", "info");
  tree.bounce("active/A00004", "B00009", "info");
  tree.bounce("active/A00005", "B00010", "sales");
  const auto told = done(plan_queue(tree.options(), criteria()));
  EXPECT_EQ(told["read"], 5);
  EXPECT_EQ(told["classes"]["abuse"]["messages"], 1);
  EXPECT_EQ(told["classes"]["abuse"]["sample"][0]["reason"], "account info");
  EXPECT_EQ(told["classes"]["bounce-of-abuse"]["decision"], "purge");
  EXPECT_EQ(told["classes"]["bounce-unsure"]["decision"], "hold");
  EXPECT_EQ(told["classes"]["other"]["messages"], 2);
  EXPECT_FALSE(tree.has("/var/lib"));
  EXPECT_TRUE(tree.has(kPostfix + "/deferred/A/A00001"));
}

TEST(QueueWork, R13_HoldsTheAbuseOnlyAndReleasesIt) {
  const PostfixTree tree;
  tree.message("deferred/A/A00001", "info");
  tree.message("active/A00002", "info");
  tree.message("active/A00003", "sales");
  tree.message("hold/A00004", "info");  // held by somebody else
  tree.message("maildrop/A00005", "info");
  const auto told = done(hold_queue(tree.options(), criteria()));
  EXPECT_EQ(counted(told, "held"), 2U);
  EXPECT_EQ(told["not_holdable"], 1);
  EXPECT_EQ(tree.count(kPostfix + "/hold"), 3U);
  EXPECT_TRUE(tree.has(kPostfix + "/active/A00003"));
  const auto again = done(hold_queue(tree.options(), criteria()));
  EXPECT_EQ(again["new"], 0);
  EXPECT_EQ(again["counts"], told["counts"]);

  EXPECT_EQ(done(release_queue(tree.options()))["released"], 2);
  EXPECT_TRUE(tree.has(kPostfix + "/deferred/A/A00001"));
  EXPECT_TRUE(tree.has(kPostfix + "/deferred/A/A00002"));
  EXPECT_TRUE(tree.has(kPostfix + "/hold/A00004"));
  EXPECT_EQ(done(release_queue(tree.options()))["released"], 0);
}

// The queue's root is root's own; only what lies below it is the mail server's.
TEST(QueueWork, AFolderThatIsMadeBelongsToTheMailServer) {
  constexpr uid_t kMailServer = 4'321;
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: gives a folder to somebody else";
  const PostfixTree tree;
  tree.message("deferred/A/A00001", "info");
  ASSERT_EQ(::chown(tree.at(kPostfix + "/deferred").c_str(), kMailServer, kMailServer), 0);
  done(hold_queue(tree.options(), criteria()));
  std::filesystem::remove(tree.at(kPostfix + "/deferred/A"));
  EXPECT_EQ(done(release_queue(tree.options()))["released"], 1);
  struct stat info {};
  ASSERT_EQ(::stat(tree.at(kPostfix + "/deferred/A").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, kMailServer);
  EXPECT_EQ(info.st_gid, kMailServer);
}

TEST(QueueWork, R13_PurgesWithEvidenceAndAddsUp) {
  const PostfixTree tree;
  for (int i = 100; i < 150; ++i) tree.message("deferred/A/A00" + std::to_string(i), "info");
  tree.message("deferred/A/A00001", "sales");
  tree.bounce("active/A00003", "A00100", "info");
  tree.bounce("active/A00004", "B00009", "info");
  tree.write(kPostfix + "/defer/A/A00100", "why");
  const auto told = done(purge_queue(tree.options(), criteria()));
  EXPECT_EQ(counted(told, "judged"), 51U);
  EXPECT_EQ(counted(told, "purged"), 51U);
  EXPECT_EQ(counted(told, "held"), 1U);
  EXPECT_EQ(tree.waiting(), 2U);
  EXPECT_TRUE(tree.has(kPostfix + "/deferred/A/A00001"));
  EXPECT_TRUE(tree.has(kPostfix + "/hold/A00004"));

  const auto evidence = tree.read(kState + "/round-0001.jsonl");
  EXPECT_EQ(std::ranges::count(evidence, '\n'), 1 + 52 + 20 + 1);
  EXPECT_NE(evidence.find("u@d.example"), std::string::npos);
  EXPECT_NE(evidence.find("\"whole\""), std::string::npos);
  struct stat info {};
  ASSERT_EQ(::stat(tree.at(kState).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);

  const auto again = done(purge_queue(tree.options(), criteria()));
  EXPECT_EQ(again["new"], 0);
  EXPECT_EQ(again["counts"], told["counts"]);
}

TEST(QueueWork, PutsBackWhatWasKeptAndReleasesIt) {
  const PostfixTree tree;
  tree.message("deferred/A/A00001", "info");
  tree.write(kPostfix + "/defer/A/A00001", "why");
  const auto before = tree.read(kPostfix + "/deferred/A/A00001");
  done(purge_queue(tree.options(), criteria()));
  EXPECT_EQ(tree.waiting(), 0U);
  EXPECT_EQ(done(restore_queue(tree.options()))["restored"], 1);
  EXPECT_EQ(done(restore_queue(tree.options()))["restored"], 1);
  EXPECT_EQ(tree.count(kPostfix + "/hold"), 1U);
  EXPECT_EQ(tree.count(kPostfix + "/defer"), 1U);
  EXPECT_EQ(done(release_queue(tree.options()))["released"], 1);
  for (const auto& entry : std::filesystem::directory_iterator(tree.at(kPostfix + "/deferred/A"))) {
    struct stat info {};
    ASSERT_EQ(::stat(entry.path().c_str(), &info), 0);
    // The name tells the inode again, as Postfix wants it.
    std::ostringstream wanted;
    wanted << "A0000" << std::uppercase << std::hex << info.st_ino;
    EXPECT_EQ(entry.path().filename(), wanted.str());
    EXPECT_EQ(tree.read(kPostfix + "/deferred/A/" + entry.path().filename().string()), before);
  }
  EXPECT_EQ(tree.count(kPostfix + "/deferred/A"), 1U);
}

TEST(QueueWork, KeepsNoMoreThanItMay) {
  const PostfixTree tree;
  for (int i = 100; i < 110; ++i) tree.message("deferred/A/A00" + std::to_string(i), "info");
  auto options = tree.options();
  options.most_kept_bytes = 4 * MadeMessage{.account = "info"}.bytes().size();
  const auto told = done(purge_queue(options, criteria()));
  EXPECT_EQ(counted(told, "purged"), 10U);
  EXPECT_EQ(counted(told, "kept"), 4U);
  EXPECT_EQ(tree.waiting(), 0U);
  const auto back = done(restore_queue(options));
  EXPECT_EQ(back["restored"], 4);
  EXPECT_EQ(back["not_kept"], 6);
}

TEST(QueueWork, ForgetsWhatWasKept) {
  const PostfixTree tree;
  tree.message("deferred/A/A00001", "info");
  done(purge_queue(tree.options(), criteria()));
  EXPECT_EQ(done(forget_queue(tree.options()))["deleted_files"], 1);
  EXPECT_EQ(tree.count(kPostfix), 0U);
  const auto back = done(restore_queue(tree.options()));
  EXPECT_EQ(back["restored"], 0);
  EXPECT_EQ(back["not_kept"], 1);
}

TEST(QueueWork, ForgetsByItselfWhatIsOlderThanThirtyDaysAndHasItsRoomAgain) {
  const PostfixTree tree;
  auto options = tree.options();
  options.most_kept_bytes = MadeMessage{.account = "info"}.bytes().size();
  tree.message("deferred/A/A00001", "info");
  EXPECT_EQ(counted(done(purge_queue(options, criteria())), "kept"), 1U);
  options.seconds += std::chrono::seconds(options.kept_for).count();
  EXPECT_EQ(counted(done(hold_queue(options, criteria())), "kept"), 1U) << "to the second thirty days old";
  ++options.seconds;
  EXPECT_EQ(counted(done(hold_queue(options, criteria())), "kept"), 0U);
  EXPECT_EQ(tree.count(kPostfix), 0U);
  tree.message("deferred/A/A00002", "info");
  const auto told = done(purge_queue(options, criteria()));
  EXPECT_EQ(counted(told, "purged"), 2U) << "what was done stays counted";
  EXPECT_EQ(counted(told, "kept"), 1U);
  const auto back = done(restore_queue(options));
  EXPECT_EQ(back["restored"], 1);
  EXPECT_EQ(back["not_kept"], 1);
}

TEST(QueueWork, FinishesWhatAKilledRunHadBegun) {
  const PostfixTree tree;
  for (int i = 100; i < 110; ++i) tree.message("deferred/A/A00" + std::to_string(i), "info");
  auto options = tree.options();
  options.most_kept_bytes = 4 * MadeMessage{.account = "info"}.bytes().size();
  done(purge_queue(options, criteria()));
  // As if it had been killed: the end is not written down, one that was kept and one that was not are still
  // there, a third is written down only, a fourth was delivered before its turn came.
  std::filesystem::remove(tree.at(kState + "/round-0001.done"));
  std::string kept, noted = tree.read(kState + "/round-0001.purged");
  for (const auto& entry : std::filesystem::directory_iterator(tree.at(kPostfix + "/rescue-kept-0001")))
    kept = entry.path().filename();
  std::filesystem::rename(tree.at(kPostfix + "/rescue-kept-0001/" + kept),
                          tree.at(kPostfix + "/active/" + kept));
  const auto last = noted.substr(noted.size() - 7, 6);
  tree.write(kState + "/round-0001.purged", noted.substr(0, noted.size() - 7));
  const auto told = done(purge_queue(options, criteria()));
  EXPECT_EQ(counted(told, "judged"), 10U);
  EXPECT_EQ(counted(told, "purged"), 9U);
  EXPECT_EQ(counted(told, "vanished"), 1U) << last;
  EXPECT_EQ(counted(told, "kept"), 4U);
  EXPECT_EQ(tree.waiting(), 0U);
}

TEST(QueueWork, GoesOnInTheNextCallWhenItsTimeIsOver) {
  const PostfixTree tree;
  for (int i = 100; i < 110; ++i) tree.message("deferred/A/A00" + std::to_string(i), "info");
  auto options = tree.options();
  options.patience = std::chrono::microseconds(1);
  const auto cut = done(purge_queue(options, criteria()));
  EXPECT_EQ(cut["more"], true);
  EXPECT_EQ(counted(cut, "judged"), 0U);
  EXPECT_EQ(tree.waiting(), 10U);
  const auto told = done(purge_queue(tree.options(), criteria()));
  EXPECT_EQ(told["more"], false);
  EXPECT_EQ(told["rounds"], std::vector<int>{1});
  EXPECT_EQ(counted(told, "purged"), 10U);
}

TEST(QueueWork, HandsOutItsEvidenceInPieces) {
  const PostfixTree tree;
  for (int i = 100; i < 900; ++i)
    tree.message("deferred/A/A00" + std::to_string(i), "info", std::string(300, 'a') + "@bank.example");
  done(purge_queue(tree.options(), criteria()));
  std::string whole;
  for (std::uint64_t at = 0;;) {
    const auto piece = done(queue_record(tree.options(), 1, at));
    whole += decode_base64(piece["bytes"].get<std::string>()).value();
    if (!piece.contains("next")) break;
    at = piece["next"].get<std::uint64_t>();
  }
  EXPECT_EQ(whole, tree.read(kState + "/round-0001.jsonl"));
  EXPECT_GT(whole.size(), 512U * 1024);
  EXPECT_FALSE(queue_record(tree.options(), 7, 0));
}

TEST(QueueWork, TouchesNothingWhereEvidenceCannotBeWritten) {
  const PostfixTree tree;
  tree.message("deferred/A/A00001", "info");
  auto options = tree.options();
  options.most_evidence_bytes = 200;
  const auto told = purge_queue(options, criteria());
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().problem, "file-too-large");
  EXPECT_TRUE(tree.has(kPostfix + "/deferred/A/A00001"));
  EXPECT_EQ(tree.count(kState), 0U);
  EXPECT_EQ(counted(done(purge_queue(tree.options(), criteria())), "purged"), 1U);
}

TEST(QueueWork, TouchesNothingWhereTheDiskTakesNoMore) {
  const PostfixTree tree;
  for (int i = 100; i < 200; ++i) tree.message("deferred/A/A00" + std::to_string(i), "info");
  const auto child = ::fork();
  if (child == 0) {
    // Writing fails in the middle of the evidence.
    const rlimit room{.rlim_cur = 20'000, .rlim_max = 20'000};
    ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &room);
    const auto told = purge_queue(tree.options(), criteria());
    ::_exit(!told && told.error().problem == "file-unavailable" &&
                    told.error().detail.find("nothing was touched") != std::string::npos
                ? 0
                : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(tree.waiting(), 100U);
  EXPECT_EQ(tree.count(kState), 0U);
}

TEST(QueueWork, LeavesWhatHasTheNameOfAnotherMessageNow) {
  const PostfixTree tree;
  tree.message("deferred/A/A00001", "info");
  tree.message("deferred/A/A00002", "info");
  auto options = tree.options();
  options.most_kept_bytes = 0;
  done(hold_queue(options, criteria()));
  // Its name was given to mail of another's before the second run.
  std::filesystem::remove(tree.at(kState + "/round-0001.done"));
  std::filesystem::rename(tree.at(kPostfix + "/hold/A00001"), tree.at(kPostfix + "/hold/A0000X"));
  tree.message("active/A00001", "sales");
  const auto told = done(hold_queue(options, criteria()));
  EXPECT_TRUE(tree.has(kPostfix + "/active/A00001"));
  EXPECT_EQ(counted(told, "hold_vanished"), 1U);
}

TEST(QueueWork, IsNotLedAstrayByAHostileQueue) {
  const PostfixTree tree;
  tree.message("deferred/A/A00001", "info");
  tree.write("/outside", MadeMessage{.account = "info"}.bytes());
  std::filesystem::create_symlink(tree.at("/outside"), tree.at(kPostfix + "/active/A00002"));
  std::filesystem::create_symlink("/", tree.at(kPostfix + "/deferred/B"));
  ASSERT_EQ(::mkfifo(tree.at(kPostfix + "/incoming/A00003").c_str(), 0700), 0);
  tree.write(kPostfix + "/incoming/A00004", MadeMessage{.account = "info"}.bytes(),
             0600);  // still being written
  tree.write(kPostfix + "/incoming/A00005", "garbage");
  tree.write(kPostfix + "/incoming/..A00006", "garbage");
  tree.folder(kPostfix + "/active/A00007");
  const auto told = done(purge_queue(tree.options(), criteria()));
  EXPECT_EQ(counted(told, "purged"), 1U);
  EXPECT_EQ(told["classes"]["unfinished"]["messages"], 1);
  EXPECT_EQ(told["classes"]["unreadable"]["messages"], 4);
  EXPECT_GE(told["gaps"].size(), 4U);
  EXPECT_TRUE(tree.has("/outside"));
  EXPECT_TRUE(tree.has(kPostfix + "/active/A00002"));
}

TEST(QueueWork, TellsFurtherInstancesAndAnotherPlace) {
  const PostfixTree tree;
  tree.write("/etc/postfix/main.cf",
             "queue_directory = /data/queue\nhash_queue_names = deferred, hold\nmulti_instance_directories = "
             "/etc/postfix-out\n");
  tree.folder("/data/queue/hold");
  tree.write("/data/queue/active/A00001", MadeMessage{.account = "info"}.bytes());
  const auto told = done(hold_queue(tree.options(), criteria()));
  EXPECT_EQ(counted(told, "held"), 1U);
  EXPECT_TRUE(tree.has("/data/queue/hold/A/A00001"));
  EXPECT_NE(dump_json(told["gaps"]).find("/etc/postfix-out"), std::string::npos);
}

TEST(QueueWork, SaysThatThereIsNoMailServer) {
  const QueueTree tree;
  const auto told = done(plan_queue({.root = tree.root()}, criteria()));
  EXPECT_EQ(told["read"], 0);
  EXPECT_EQ(told["gaps"][0]["reason"], "no queue of Postfix or Exim was found");
}

const std::string kInput = "/var/spool/exim4/input/";
const std::string kId = "1xWUYv-00000R-0m";

/// Exim's spool with one message of the account and one of a local user.
class EximTree : public QueueTree {
 public:
  EximTree() {
    put("v/" + kId, real_file("exim_queue_file/logged_in"));
    put("v/1xWUYv-00000c-1c", real_file("exim_queue_file/from_php"));
    write("/var/spool/exim4/msglog/v/" + kId, "log", 0640);
    write(kInput + "v/" + kId + "-J", "v1@d.example\n", 0640);
  }
  void put(const std::string& name, const std::string& header) const {
    write(kInput + name + "-H", header, 0640);
    write(kInput + name + "-D", name.substr(name.find('/') + 1) + "-D\nbody\n", 0640);
  }
  QueueOptions options() const { return {.root = root(), .seconds = 1'795'680'700}; }
};

TEST(QueueWork, FreezesAndThawsInExim) {
  const EximTree tree;
  const auto header = kInput + "v/" + kId + "-H";
  const auto before = tree.read(header);
  const auto told = done(hold_queue(tree.options(), criteria()));
  EXPECT_EQ(counted(told, "held"), 1U);
  EXPECT_NE(tree.read(header).find("\n-frozen 1795680700\n"), std::string::npos);
  EXPECT_EQ(done(hold_queue(tree.options(), criteria()))["new"], 0);
  EXPECT_EQ(done(release_queue(tree.options()))["released"], 1);
  EXPECT_EQ(tree.read(header), before);
  EXPECT_EQ(done(release_queue(tree.options()))["released"], 0);
}

TEST(QueueWork, PurgesInEximAndPutsBack) {
  const EximTree tree;
  const auto before = tree.read(kInput + "v/" + kId + "-H");
  EXPECT_EQ(counted(done(purge_queue(tree.options(), criteria())), "purged"), 1U);
  EXPECT_EQ(tree.count("/var/spool/exim4/input"), 2U);
  EXPECT_EQ(tree.count("/var/spool/exim4/msglog"), 0U);
  EXPECT_EQ(counted(done(purge_queue(tree.options(), criteria())), "purged"), 1U);
  EXPECT_EQ(done(restore_queue(tree.options()))["restored"], 1);
  EXPECT_EQ(tree.count("/var/spool/exim4"), 6U);
  EXPECT_NE(tree.read(kInput + "v/" + kId + "-H"), before);  // on hold
  EXPECT_EQ(done(release_queue(tree.options()))["released"], 1);
  EXPECT_EQ(tree.read(kInput + "v/" + kId + "-H"), before);
}

TEST(QueueWork, LeavesToEximWhatItIsDelivering) {
  const EximTree tree;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  int end[2];
  ASSERT_EQ(::pipe(end), 0);
  const auto delivering = ::fork();
  if (delivering == 0) {
    const int fd = ::open(tree.at(kInput + "v/" + kId + "-D").c_str(), O_RDWR | O_APPEND);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_len = 19;
    char byte = ::fcntl(fd, F_SETLK, &lock) == 0 ? 'y' : 'n';
    static_cast<void>(::write(ready[1], &byte, 1) + ::read(end[0], &byte, 1));
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  const auto told = done(purge_queue(tree.options(), criteria()));
  EXPECT_EQ(counted(told, "left"), 1U);
  EXPECT_EQ(counted(told, "judged"), 1U);
  EXPECT_TRUE(tree.has(kInput + "v/" + kId + "-H"));
  ASSERT_EQ(::write(end[1], &byte, 1), 1);
  int status = 0;
  ASSERT_EQ(::waitpid(delivering, &status, 0), delivering);
  EXPECT_EQ(counted(done(purge_queue(tree.options(), criteria())), "purged"), 1U);
}

}  // namespace
}  // namespace rescue::recovery
