#include "rescue/evidence/journal.hpp"

#include <gtest/gtest.h>

#include "rescue/evidence/excerpt.hpp"
#include "rescue/evidence/log_reader.hpp"
#include "rescue/evidence/testing/journal_writer.hpp"
#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

using testing::journal_of;
using testing::JournalForm;
using testing::JournalWriter;

const std::string kFolder = "/var/log/journal/0123456789abcdef0123456789abcdef";
const std::string kSystem = kFolder + "/system.journal";
constexpr auto kAccepted =
    "2026-09-12T01:00:00Z sshd[3001] 0 /usr/sbin/sshd: Accepted password for webadmin from 198.51.100.9 port "
    "5 "
    "ssh2\n";

struct Reading {
  std::vector<std::string> events;
  std::vector<LogFileSummary> files;
  Gaps gaps;
};

std::string text_of(const Event& event) {
  return std::string(to_string(event.kind)) + " " + format_rfc3339(event.time) + " " +
         std::string(event.account) + " " + std::string(event.address) + " " + std::to_string(event.position);
}

Reading read(const TempTree& tree, unsigned jobs = 1) {
  Reading out;
  const auto root = tree.root();
  const auto groups = find_logs(root, {}, out.gaps);
  out.files = read_logs(
      root, groups, TimeZone(), {.jobs = jobs, .since = std::nullopt, .until = std::nullopt},
      [&](std::span<const Event> events) {
        for (const auto& event : events) out.events.push_back(text_of(event));
      },
      out.gaps);
  return out;
}

TEST(Journal, EntriesAreTheEventsThatTheSameLinesWouldBe) {
  TempTree tree;
  tree.write(kSystem,
             journal_of(std::string(kAccepted) +
                        "2026-09-12T01:00:00Z sshd[3001] 0 /usr/sbin/sshd: pam_unix(sshd:session): "
                        "session opened for user webadmin(uid=1000) by (uid=0)\n"
                        "2026-09-12T01:01:00Z sudo[3010] 1000 /usr/bin/sudo:  webadmin : TTY=pts/0 ; "
                        "PWD=/home/webadmin ; USER=root ; COMMAND=/usr/bin/bash\n"
                        "2026-09-12T01:02:00Z CRON[3011] 0 /usr/sbin/cron: (root) CMD (/tmp/x)\n"
                        "2026-09-12T01:03:00Z useradd[3012] 0 -: new user: name=backdoor, UID=1001, "
                        "GID=1001\n"
                        "2026-09-12T01:04:00Z systemd[1] 0 /usr/lib/systemd/systemd: Started x.\n"));
  const auto got = read(tree);
  EXPECT_EQ(got.events, (std::vector<std::string>{
                            "login_accepted 2026-09-12T01:00:00.000Z webadmin 198.51.100.9 1",
                            "session_opened 2026-09-12T01:00:00.000Z webadmin  2",
                            "sudo 2026-09-12T01:01:00.000Z webadmin  3",
                            "cron_run 2026-09-12T01:02:00.000Z root  4",
                            "account_added 2026-09-12T01:03:00.000Z backdoor  5",
                            "other 2026-09-12T01:04:00.000Z   6",
                        }));
  ASSERT_EQ(got.files.size(), 1U);
  EXPECT_EQ(got.files[0].lines, 6U);
  EXPECT_EQ(got.files[0].role, LogRole::kJournal);
  EXPECT_EQ(got.files[0].sha256.size(), 64U);
  EXPECT_TRUE(got.gaps.empty()) << got.gaps[0].reason;
}

TEST(Journal, JournaldsOwnFieldsStandBesideTheMessage) {
  TempTree tree;
  tree.write(kSystem, journal_of(kAccepted));
  const auto root = tree.root();
  Gaps gaps;
  read_logs(
      root, find_logs(root, {}, gaps), TimeZone(), {},
      [](std::span<const Event> events) {
        ASSERT_EQ(events.size(), 1U);
        EXPECT_TRUE(events[0].is_entry);
        EXPECT_EQ(events[0].process, 3001U);
        EXPECT_EQ(events[0].field(FieldName::kSenderUid), "0");
        EXPECT_EQ(events[0].field(FieldName::kExecutable), "/usr/sbin/sshd");
        EXPECT_EQ(events[0].excerpt,
                  "sshd[3001]: Accepted password for webadmin from 198.51.100.9 port 5 ssh2 (_UID=0 "
                  "_EXE=/usr/sbin/sshd)");
      },
      gaps);
}

TEST(Journal, WhatAnotherProgramWritesUnderSshdsNameIsNoLogIn) {
  TempTree tree;
  tree.write(kSystem,
             journal_of("2026-09-12T01:00:00Z sshd[1] 1000 /usr/bin/logger: Accepted password for root "
                        "from 192.0.2.1 port 5 ssh2\n" +
                        std::string(kAccepted)));
  const auto got = read(tree);
  ASSERT_EQ(got.events.size(), 2U);
  EXPECT_TRUE(got.events[0].starts_with("other "));
  ASSERT_TRUE(got.files[0].journal);
  EXPECT_EQ(got.files[0].journal->forged.count, 1U);
  EXPECT_EQ(got.files[0].journal->forged.first.seqnum, 1U);
}

TEST(Journal, WhomMadeUpMailLinesSpeakOfIsRemembered) {
  TempTree tree;
  const auto line = [](const char* who, const char* account) {
    return std::string("2026-09-12T01:00:00Z ") + who +
           ": 4F2A1C0001: client=x[192.0.2.1], sasl_method=LOGIN, sasl_username=" + account + "\n";
  };
  tree.write(kSystem, journal_of(line("postfix/smtpd[1] 109 /usr/lib/postfix/sbin/smtpd", "a") +
                                 line("postfix/smtpd[1] 109 -", "b") + line("postfix/smtpd[1] 1000 -", "C") +
                                 line("postfix/smtpd[1] 0 /usr/bin/logger", "d")));
  const auto got = read(tree);
  const auto& facts = *got.files.at(0).journal;
  EXPECT_EQ(facts.forged.count, 2U);
  EXPECT_EQ(facts.forged_mail.names, (std::set<std::string, std::less<>>{"c", "d", "192.0.2.1"}));
}

class EveryForm : public ::testing::TestWithParam<std::tuple<bool, bool, JournalForm::Packing>> {};

TEST_P(EveryForm, IsRead) {
  const auto [compact, keyed, packing] = GetParam();
  JournalWriter writer({.compact = compact, .keyed = keyed, .packing = packing, .pack_from = 100});
  const std::string tail(600, 'x');
  for (std::uint64_t i = 1; i <= 40; ++i) {
    writer.add({.seqnum = i,
                .time = parse_rfc3339("2026-09-12T01:00:00Z").value() + std::chrono::seconds(i),
                .fields = {"SYSLOG_IDENTIFIER=sshd", "_PID=" + std::to_string(i), "LONG=" + tail,
                           "MESSAGE=Failed password for " + tail.substr(0, 200) + " from 203.0.113.45 port " +
                               std::to_string(i) + " ssh2"}});
  }
  TempTree tree;
  tree.write(kSystem, writer.bytes());
  const auto got = read(tree);
  ASSERT_EQ(got.events.size(), 40U);
  EXPECT_EQ(got.events[39],
            "login_failed 2026-09-12T01:00:40.000Z " + tail.substr(0, 200) + " 203.0.113.45 40");
  EXPECT_TRUE(got.gaps.empty()) << got.gaps[0].reason;
  EXPECT_EQ(got.files[0].journal->edited.count, 0U);
  EXPECT_EQ(got.files[0].journal->unlinked.count, 0U);
  EXPECT_EQ(got.files[0].journal->runs.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, EveryForm,
    ::testing::Combine(::testing::Bool(), ::testing::Bool(),
                       ::testing::Values(JournalForm::Packing::kNone, JournalForm::Packing::kXz,
                                         JournalForm::Packing::kLz4, JournalForm::Packing::kZstd)));

const std::string kQueued = ": 4F2A1C10099: from=<a@example.jp>, size=20, nrcpt=3 (queue active)\n";

TEST(Journal, AMailServersMessagesAreEventsWhereItIsBeyondDoubtThatItWroteThem) {
  TempTree tree;
  const std::string qmgr = "/usr/lib/postfix/sbin/qmgr", unit = " @postfix@-.service";
  tree.write(kSystem,
             journal_of("2026-09-12T01:00:00Z postfix/qmgr[7] 109 " + qmgr + unit + kQueued +      //
                        "2026-09-12T01:00:01Z postfix-out/qmgr[7] 109 " + qmgr + unit + kQueued +  //
                        "2026-09-12T01:00:02Z postfix/qmgr[7] 1000 " + qmgr + " @session-3.scope" + kQueued +
                        "2026-09-12T01:00:03Z postfix/qmgr[7] 33 " + qmgr + " @apache2.service" + kQueued +
                        "2026-09-12T01:00:04Z postfix/qmgr[7] 109 -" + unit + kQueued +
                        "2026-09-12T01:00:05Z postfix/qmgr[7] 1000 /home/postfix/x" + unit + kQueued +
                        "2026-09-12T01:00:06Z exim/qmgr[7] 109 /usr/sbin/exim4 @exim4.service" + kQueued +
                        "2026-09-12T01:00:07Z qmgr[7] 109 " + qmgr + unit + kQueued));
  const auto got = read(tree);
  ASSERT_EQ(got.events.size(), 8U);
  for (std::size_t i = 0; i < got.events.size(); ++i)
    EXPECT_EQ(got.events[i].starts_with("mail_queued "), i < 2) << got.events[i];
  EXPECT_EQ(got.files[0].journal->forged.count, 1U) << "by a program of no mail server";
}

TEST(Journal, ANameBehindAMailServersIsJudgedAsWhatItSays) {
  TempTree tree;
  tree.write(kSystem,
             journal_of("2026-09-12T01:00:00Z exim/sshd[1] 1000 /usr/sbin/exim4: Accepted password for root "
                        "from 192.0.2.1 port 5 ssh2\n"));
  const auto got = read(tree);
  EXPECT_TRUE(got.events.at(0).starts_with("other "));
  EXPECT_EQ(got.files[0].journal->forged.count, 1U);
}

TEST(Journal, WhatTextLogsTellOfMailIsNotToldAgain) {
  TempTree tree;
  const std::string from = " postfix/qmgr[7] 109 /usr/lib/postfix/sbin/qmgr @postfix@-.service" + kQueued;
  tree.write(kSystem, journal_of("2026-09-12T01:00:00Z" + from + "2026-09-12T02:00:00Z" + from));
  const auto root = tree.root();
  Gaps gaps;
  std::vector<EventKind> kinds;
  read_logs(
      root, find_logs(root, {}, gaps), TimeZone(),
      {.text_mail_until = parse_rfc3339("2026-09-12T01:30:00Z").value()},
      [&](std::span<const Event> events) {
        for (const auto& event : events) kinds.push_back(event.kind);
      },
      gaps);
  EXPECT_EQ(kinds, (std::vector{EventKind::kOther, EventKind::kMailQueued}));
  EXPECT_FALSE(text_mail_until(find_logs(root, {}, gaps)));
  tree.write("/var/log/syslog", "");
  EXPECT_FALSE(text_mail_until(find_logs(root, {}, gaps))) << "nothing is in it";
  tree.write("/var/log/syslog", "x\n");
  EXPECT_TRUE(text_mail_until(find_logs(root, {}, gaps)));
}

TEST(Journal, WhatCameTooFastForJournaldIsAGap) {
  TempTree tree;
  const std::string journald = " systemd-journald[300] 0 /usr/lib/systemd/systemd-journald: ";
  tree.write(
      kSystem,
      journal_of(
          "2026-09-12T01:00:00Z" + journald + "Suppressed 4000 messages from postfix@-.service\n" +
          "2026-09-12T01:01:00Z" + journald + "Suppressed 711 messages from postfix@-.service\n" +
          "2026-09-12T01:02:00Z systemd-journald[9] 1000 /usr/bin/logger: Suppressed 5 messages from x\n"));
  const auto got = read(tree);
  ASSERT_EQ(got.gaps.size(), 1U);
  EXPECT_EQ(got.gaps[0].reason,
            "4711 messages of postfix@-.service came faster than journald takes them and were left out");
  EXPECT_TRUE(got.gaps[0].period.from && got.gaps[0].period.to);
}

TEST(Journal, FilesOfAFolderAreReadByTheTimeOfTheirFirstEntry) {
  TempTree tree;
  const auto at = [](int hour, const char* what) {
    return journal_of("2026-09-12T0" + std::to_string(hour) + ":00:00Z x[1] 0 /x: " + what + "\n");
  };
  tree.write(kFolder + "/system.journal", at(3, "c"));
  tree.write(kFolder + "/system@b-1-2.journal", at(1, "a"));
  tree.write(kFolder + "/system@a-1-2.journal~", at(2, "b"));
  tree.write(kFolder + "/user-1000.journal", at(1, "u"));
  tree.write(kFolder + "/notes.txt", "x");
  tree.write("/var/log/journal/remote/remote-x.journal", at(1, "another host's"));
  const auto got = read(tree);
  std::vector<std::string> names;
  for (const auto& file : got.files) names.push_back(file.path.substr(kFolder.size() + 1));
  EXPECT_EQ(names, (std::vector<std::string>{"system@b-1-2.journal", "system@a-1-2.journal~",
                                             "system.journal", "user-1000.journal"}));
  EXPECT_TRUE(got.files[0].journal->system);
  EXPECT_FALSE(got.files[3].journal->system);
}

TEST(Journal, LogInsOfTextAndJournalComeMergedByTime) {
  TempTree tree;
  std::string lines, text;
  for (int i = 10; i < 60; i += 2) {
    lines += "2026-09-12T01:00:" + std::to_string(i) + "Z x[1] 0 /x: m\n";
    text += "2026-09-12T01:00:" + std::to_string(i + 1) + "Z h x[1]: m\n";
  }
  tree.write(kSystem, journal_of(lines));
  tree.write("/var/log/auth.log", text);
  const auto one = read(tree, 1);
  ASSERT_EQ(one.events.size(), 50U);
  EXPECT_TRUE(std::is_sorted(one.events.begin(), one.events.end()));
  EXPECT_EQ(read(tree, 4).events, one.events);
}

TEST(Journal, TellsWhichSequenceNumbersAreThere) {
  TempTree tree;
  const std::string line = "2026-09-12T01:00:00Z x[1] 0 /x: m\n";
  tree.write(kSystem, journal_of(line + line + "^3 " + line + line));
  const auto got = read(tree);
  const auto& runs = got.files[0].journal->runs;
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].last, 2U);
  EXPECT_EQ(runs[1].first, 6U);
  EXPECT_EQ(got.files[0].journal->out_of_order.count, 0U);
}

TEST(Journal, FindsEntriesThatTheIndexPassesOverAndTextsThatWereEdited) {
  TempTree tree;
  const std::string line = "2026-09-12T01:00:00Z x[1] 0 /x: m\n";
  tree.write(kSystem, journal_of(line + "~" + kAccepted + line + "!" + kAccepted + line));
  const auto got = read(tree);
  EXPECT_EQ(got.events.size(), 5U);
  EXPECT_EQ(got.files[0].journal->unlinked.count, 1U);
  EXPECT_EQ(got.files[0].journal->unlinked.first.seqnum, 2U);
  EXPECT_EQ(got.files[0].journal->edited.count, 1U);
  EXPECT_EQ(got.files[0].journal->edited.first.seqnum, 4U);
}

TEST(Journal, AnOpenJournalIsSaidToBeOne) {
  TempTree tree;
  tree.write(kSystem, journal_of("form: online\n" + std::string(kAccepted)));
  const auto got = read(tree);
  EXPECT_EQ(got.events.size(), 1U);
  ASSERT_EQ(got.gaps.size(), 1U);
  EXPECT_FALSE(got.gaps[0].grave);
  EXPECT_EQ(got.files[0].journal->state, JournalState::kOnline);
}

TEST(Journal, AFileWithManyNamesIsReadOnceAndAsTheSystems) {
  TempTree tree;
  tree.write(kSystem, journal_of(kAccepted));
  for (const auto* name : {"/a.journal", "/user-1000.journal", "/system@1.journal~"})
    std::filesystem::create_hard_link(tree.real(kSystem), tree.real(kFolder + name));
  const auto got = read(tree);
  EXPECT_EQ(got.events.size(), 1U);
  ASSERT_EQ(got.files.size(), 1U);
  EXPECT_TRUE(got.files[0].journal->system);
  EXPECT_EQ(got.gaps.size(), 3U);
}

TEST(Journal, AFifoNamedLikeAJournalIsAGraveGap) {
  TempTree tree;
  tree.write(kFolder + "/x", "");
  ASSERT_EQ(::mkfifo(tree.real(kSystem).c_str(), 0600), 0);
  const auto got = read(tree);
  EXPECT_TRUE(got.files.empty());
  ASSERT_EQ(got.gaps.size(), 1U);
  EXPECT_TRUE(got.gaps[0].grave);
}

}  // namespace
}  // namespace rescue::evidence
