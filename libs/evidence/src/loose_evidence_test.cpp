#include "rescue/evidence/loose_evidence.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>

#include "rescue/evidence/login_records.hpp"
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

std::string gzip(const std::string& text) {
  z_stream state{};
  deflateInit2(&state, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 128, '\0');
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  state.avail_in = static_cast<uInt>(text.size());
  state.next_out = reinterpret_cast<Bytef*>(out.data());
  state.avail_out = static_cast<uInt>(out.size());
  ::deflate(&state, Z_FINISH);
  out.resize(state.total_out);
  ::deflateEnd(&state);
  return out;
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
  Gaps gaps;
  const auto found = find_loose_evidence(
      tree.root(), [] { return false; }, gaps);
  ASSERT_EQ(found.groups.size(), 5U);
  EXPECT_EQ(group_of(found, "/a.bin")->role, LogRole::kAuth);
  EXPECT_EQ(group_of(found, "/b")->role, LogRole::kWeb);
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

TEST(LooseEvidence, WhatIsNotReadIsAGap) {
  const TempTree tree;
  tree.write("/journal", std::string("LPKSHHRH") + std::string(300, '\0'));
  tree.write("/audit", "type=SYSCALL msg=audit(1795000000.123:7): arch=c000003e\n");
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
  EXPECT_TRUE(told("/journal", "systemd journal"));
  EXPECT_TRUE(told("/audit", "audit log"));
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
