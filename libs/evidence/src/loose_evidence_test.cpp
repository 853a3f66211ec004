#include "rescue/evidence/loose_evidence.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "packed_testing.hpp"
#include "rescue/evidence/log_reader.hpp"
#include "rescue/evidence/login_records.hpp"
#include "rescue/evidence/testing/journal_writer.hpp"
#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

constexpr const char* kSshd =
    "Nov 24 10:00:01 web01 sshd[9]: Failed password for root from 203.0.113.9 port 4022 ssh2\n";
constexpr const char* kAccess =
    "203.0.113.9 - - [24/Nov/2026:10:00:00 +0900] \"GET / HTTP/1.1\" 200 12 \"-\" \"curl\"\n";

std::string record(std::int16_t type, const char* line) {
  std::string bytes(kLoginRecordBytes, '\0');
  std::memcpy(bytes.data(), &type, sizeof(type));
  std::memcpy(bytes.data() + 8, line, std::strlen(line));
  const std::uint32_t seconds = 1'795'000'000;
  std::memcpy(bytes.data() + 340, &seconds, sizeof(seconds));
  return bytes;
}

const LogGroup* group_of(const LooseEvidence& evidence, const std::string& base) {
  for (const auto& group : evidence.groups) {
    if (group.base == base) return &group;
  }
  return nullptr;
}

TEST(LooseEvidence, RecognisesByContentWhateverTheName) {
  const TempTree tree;
  tree.write("/a.bin", kSshd);
  tree.write("/b", kAccess);
  tree.write("/c.txt", record(7, "pts/0") + record(8, "pts/0"));
  tree.write("/d.txt", record(6, "ssh:notty"));
  tree.write("/e.log", "Nov 24 10:00:01 web01 kernel: up\n");
  tree.write("/f", "Start-Date: x\n" + std::string(kSshd) + std::string(kSshd));  // one line hides no log
  Gaps gaps;
  const auto found = find_loose_evidence(
      tree.root(), [] { return false; }, gaps);
  ASSERT_EQ(found.groups.size(), 6U);
  EXPECT_EQ(group_of(found, "/a.bin")->role, LogRole::kAuth);
  EXPECT_EQ(group_of(found, "/b")->role, LogRole::kWeb);
  EXPECT_EQ(group_of(found, "/f")->role, LogRole::kAuth);
  EXPECT_EQ(group_of(found, "/c.txt")->format, LogFormat::kLoginRecords);
  EXPECT_EQ(group_of(found, "/d.txt")->format, LogFormat::kFailedRecords);
  EXPECT_EQ(group_of(found, "/e.log")->role, LogRole::kSystem);
}

TEST(LooseEvidence, RotatedAndCompressedFilesAreOneLogOldestFirst) {
  const TempTree tree;
  tree.write("/x/auth.log", "Nov 24 10:00:01 web01 CRON[1]: quiet\n");
  tree.write("/x/auth.log.1", kSshd);
  tree.write("/x/auth.log.2.gz", gzip(kSshd));
  Gaps gaps;
  const auto found = find_loose_evidence(
      tree.root(), [] { return false; }, gaps);
  ASSERT_EQ(found.groups.size(), 1U);
  const auto& group = found.groups.front();
  EXPECT_EQ(group.role, LogRole::kAuth) << "one file that tells of log-ins is enough";
  ASSERT_EQ(group.files.size(), 3U);
  EXPECT_EQ(group.files[0].path, "/x/auth.log.2.gz");
  EXPECT_EQ(group.files[2].path, "/x/auth.log");
}

TEST(LooseEvidence, JournalsAndAuditLogsAreReadAsThoseOfADisk) {
  const TempTree tree;
  tree.write("/j/system@1.journal",
             testing::journal_of("2026-11-18T01:00:00Z sshd[3001] 0 /usr/sbin/sshd: Accepted\n"));
  tree.write("/j/user-1000.journal", testing::journal_of("2026-11-18T01:00:00Z app[7] 1000 -: x\n"));
  tree.write("/audit", "type=SYSCALL msg=audit(1795000000.123:7): arch=c000003e\n");
  Gaps gaps;
  const auto found = find_loose_evidence(
      tree.root(), [] { return false; }, gaps);
  EXPECT_EQ(group_of(found, "/audit")->role, LogRole::kAudit);
  EXPECT_EQ(group_of(found, "/j/system.journal")->format, LogFormat::kJournal);
  EXPECT_EQ(group_of(found, "/j/user.journal")->files.size(), 1U);
}

/// The messages of all journals, and what stayed a gap.
std::vector<std::string> messages(const TempTree& tree, Gaps& gaps) {
  const auto found = find_loose_evidence(
      tree.root(), [] { return false; }, gaps);
  std::vector<std::string> out;
  const auto root = tree.root();
  read_logs(
      root, found.groups, TimeZone(), {},
      [&](std::span<const Event> events) {
        for (const auto& event : events) out.emplace_back(event.excerpt);
      },
      gaps);
  return out;
}

TEST(LooseEvidence, PackedJournalsAreReadAsThoseThatLieOpen) {
  const auto journal = testing::journal_of("2026-11-18T01:00:00Z sshd[3001] 0 /usr/sbin/sshd: Accepted\n");
  const TempTree open, packed;
  open.write("/j/system.journal", journal);
  packed.write("/j/system.journal.gz", gzip(journal));
  Gaps none, gaps;
  const auto expected = messages(open, none);
  ASSERT_EQ(expected.size(), 1U);
  EXPECT_EQ(messages(packed, gaps), expected);
  EXPECT_EQ(gaps.size(), none.size());
}

TEST(LooseEvidence, APackedJournalThatIsCutOffIsReadAsFarAsItGoes) {
  const auto packed =
      gzip(testing::journal_of("2026-11-18T01:00:00Z sshd[3001] 0 /usr/sbin/sshd: Accepted\n"));
  const TempTree tree;
  tree.write("/j/system.journal.gz", packed.substr(0, packed.size() - 6));
  Gaps gaps;
  EXPECT_EQ(messages(tree, gaps).size(), 1U);
  EXPECT_TRUE(std::any_of(gaps.begin(), gaps.end(), [](const Gap& gap) {
    return gap.path == "/j/system.journal.gz" && gap.grave &&
           gap.reason.find("ends too early") != gap.reason.npos;
  }));
}

TEST(LooseEvidence, WhatIsNotReadIsAGap) {
  const TempTree tree;
  tree.write("/photo1", "\x89PNG....");
  tree.write("/photo2", "\x89PNG....");
  tree.write("/empty", "");
  tree.link("/link", "/etc/passwd");
  Gaps gaps;
  EXPECT_TRUE(find_loose_evidence(
                  tree.root(), [] { return false; }, gaps)
                  .groups.empty());
  const auto told = [&](const std::string& path, const std::string& reason) {
    return std::any_of(gaps.begin(), gaps.end(), [&](const Gap& gap) {
      return gap.path == path && gap.grave && gap.reason.find(reason) != gap.reason.npos;
    });
  };
  EXPECT_TRUE(told("/", "no server's disk"));
  EXPECT_TRUE(told("/link", "not a regular file"));
  EXPECT_TRUE(told("/photo1", "2 file(s)"));
}

TEST(LooseEvidence, WebFilesShareTheirDeepestFolderAsRoot) {
  const TempTree tree;
  tree.write("/www/html/index.php", "<?php echo 1;");
  tree.write("/www/html/wp/x.txt", "<?php system($_GET['c']);");
  Gaps gaps;
  const auto found = find_loose_evidence(
      tree.root(), [] { return false; }, gaps);
  ASSERT_EQ(found.web.roots.size(), 1U);
  EXPECT_EQ(found.web.roots[0].directory, "/www/html");
  EXPECT_EQ(found.web.files.size(), 2U);
}

TEST(LooseEvidence, WhatTheTimeDoesNotReachForIsCounted) {
  const TempTree tree;
  tree.write("/a", kSshd);
  tree.write("/b", kSshd);
  Gaps gaps;
  EXPECT_TRUE(find_loose_evidence(
                  tree.root(), [] { return true; }, gaps)
                  .groups.empty());
  EXPECT_NE(gaps.back().reason.find("2 file(s) were not looked at"), std::string::npos);
}

TEST(LooseEvidence, FewOddBytesAreNoLoginRecords) {
  EXPECT_EQ(recognise(std::string(384, '\0'), false).form, LooseForm::kUnknown);
  EXPECT_EQ(recognise(record(7, "pts/0") + "x", false).form, LooseForm::kUnknown);
  EXPECT_EQ(recognise(record(7, "\x01\x02"), false).form, LooseForm::kUnknown);
  EXPECT_EQ(recognise("", false).form, LooseForm::kUnknown);
}

}  // namespace
}  // namespace rescue::evidence
