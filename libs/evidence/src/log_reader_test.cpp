#include "rescue/evidence/log_reader.hpp"

#include <bzlib.h>
#include <gtest/gtest.h>
#include <lzma.h>
#include <zstd.h>

#include <cstring>

#include "rescue/evidence/excerpt.hpp"
#include "rescue/evidence/login_records.hpp"
#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

struct Reading {
  std::vector<std::string> events;
  std::vector<LogFileSummary> files;
  Gaps gaps;
};

Reading read(const TempTree& tree, LogReading how = {}) {
  Reading out;
  const auto root = tree.root();
  const auto groups = find_logs(root, {}, out.gaps);
  out.files = read_logs(
      root, groups, TimeZone(), how,
      [&](std::span<const Event> events) {
        for (const auto& event : events) {
          out.events.push_back(std::string(to_string(event.kind)) + " " + format_rfc3339(event.time) + " " +
                               std::string(event.account) + " " + std::string(event.address) + " " +
                               std::to_string(event.file) + ":" + std::to_string(event.position));
        }
      },
      out.gaps);
  return out;
}

std::string failed(int n) {
  return "2026-09-13T02:02:11Z h sshd[7]: Failed password for u" + std::to_string(n) +
         " from 203.0.113.45 port 1 ssh2\n";
}

TEST(RotatedName, TakesNamesApart) {
  EXPECT_EQ(split_rotated_name("auth.log").stem, "auth.log");
  EXPECT_EQ(split_rotated_name("auth.log.2.gz").stem, "auth.log");
  EXPECT_EQ(split_rotated_name("auth.log.2.gz").age, 2);
  EXPECT_EQ(split_rotated_name("secure-20260913").stem, "secure");
  EXPECT_GT(split_rotated_name("secure-20260906").age, split_rotated_name("secure-20260913.xz").age);
  EXPECT_EQ(split_rotated_name("www.example.net-access.log").stem, "www.example.net-access.log");
}

TEST(FindLogs, OrdersRotatedFilesOldestFirst) {
  TempTree tree;
  for (const auto* name : {"auth.log", "auth.log.1", "auth.log.2.gz", "auth.log.10.gz", "auth.log~", "btmp",
                           "secure-20260913", "secure"}) {
    tree.write(std::string("/var/log/") + name, "x");
  }
  Gaps gaps;
  const auto groups = find_logs(tree.root(), {}, gaps);
  ASSERT_EQ(groups.size(), 3U);
  std::vector<std::string> names;
  for (const auto& file : groups[0].files) names.push_back(file.path.substr(9));
  EXPECT_EQ(names, (std::vector<std::string>{"auth.log.10.gz", "auth.log.2.gz", "auth.log.1", "auth.log"}));
  EXPECT_EQ(groups[1].files[0].path, "/var/log/secure-20260913");
}

TEST(FindLogs, AFifoNamedLikeALogIsAGraveGap) {
  TempTree tree;
  tree.write("/var/log/x", "");
  ASSERT_EQ(::mkfifo(tree.real("/var/log/auth.log").c_str(), 0600), 0);
  Gaps gaps;
  EXPECT_TRUE(find_logs(tree.root(), {}, gaps).empty());
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].path, "/var/log/auth.log");
  EXPECT_TRUE(gaps[0].grave);
}

TEST(ReadLogs, GivesTheSameEventsInTheSameOrderWhateverTheJobs) {
  TempTree tree;
  for (int file = 0; file < 6; ++file) {
    std::string text;
    for (int i = 0; i < 8000; ++i) text += failed(file * 8000 + i);
    tree.write("/var/log/auth.log" + (file == 0 ? "" : "." + std::to_string(file)), text);
  }
  const auto one = read(tree);
  ASSERT_EQ(one.events.size(), 48'000U);
  for (const unsigned jobs : {2U, 3U, 16U}) {
    const auto many = read(tree, {.jobs = jobs, .since = std::nullopt, .until = std::nullopt});
    EXPECT_EQ(many.events, one.events);
    EXPECT_EQ(many.files[3].sha256, one.files[3].sha256);
  }
}

std::string xz(const std::string& text) {
  std::string out(text.size() + 1024, '\0');
  std::size_t size = 0;
  ::lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const std::uint8_t*>(text.data()),
                            text.size(), reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size());
  return out.substr(0, size);
}

std::string zstd(const std::string& text) {
  std::string out(::ZSTD_compressBound(text.size()), '\0');
  return out.substr(0, ::ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
}

std::string bzip2(std::string text) {
  std::string out(text.size() + 1024, '\0');
  auto size = static_cast<unsigned>(out.size());
  ::BZ2_bzBuffToBuffCompress(out.data(), &size, text.data(), static_cast<unsigned>(text.size()), 9, 0, 0);
  return out.substr(0, size);
}

TEST(ReadLogs, ReadsRotatedLogsHoweverTheyArePacked) {
  TempTree tree;
  tree.write("/var/log/auth.log", failed(4));
  tree.write("/var/log/auth.log.1.zst", zstd(failed(3)));
  tree.write("/var/log/auth.log.2.bz2", bzip2(failed(2)));
  tree.write("/var/log/auth.log.3.xz", xz(failed(1)));
  tree.write("/var/log/wtmp.1.xz", xz(std::string(kLoginRecordBytes, '\1')));
  const auto got = read(tree);
  ASSERT_EQ(got.events.size(), 5U);
  for (int i = 0; i < 4; ++i)
    EXPECT_NE(got.events[static_cast<std::size_t>(i)].find(" u" + std::to_string(i + 1) + " "),
              std::string::npos);
  EXPECT_EQ(got.files[4].lines, 1U);
  EXPECT_TRUE(got.gaps.empty());
}

TEST(ReadLogs, TellsLinesOfAnotherFormAndALastLineThatIsCut) {
  TempTree tree;
  tree.write("/var/log/auth.log", failed(1) + "garbage \x1b[31m\n" + failed(2));
  tree.write("/var/log/syslog", failed(1) + "2026-09-13T02:0");
  const auto got = read(tree);
  EXPECT_EQ(got.events.size(), 3U);
  ASSERT_EQ(got.gaps.size(), 2U);
  EXPECT_EQ(got.gaps[0].reason, "1 line(s) not of this log's form, the first is line 2");
  EXPECT_EQ(got.gaps[1].reason, "the last line is cut off");
  EXPECT_EQ(got.gaps[1].offset, failed(1).size());
}

TEST(ReadLogs, AnAccessLogOfWhichMostLinesHaveAnotherFormIsAGraveGap) {
  const std::string known = "192.0.2.1 - - [13/Sep/2026:02:12:00 +0000] \"GET / HTTP/1.1\" 200 1\n",
                    own = "{\"time\":\"2026-09-13T02:12:00Z\",\"uri\":\"/x.php\"}\n";
  TempTree tree;
  tree.write("/var/log/apache2/access.log", own + own);
  tree.write("/var/log/apache2/b-access.log", own + known + known);
  tree.write("/var/log/apache2/c-access.log", "");
  tree.write("/var/log/apache2/d-access.log", known + own + own);
  const auto got = read(tree);
  ASSERT_EQ(got.gaps.size(), 3U);
  EXPECT_EQ(got.gaps[0].reason,
            "2 line(s), which is most of it, not of this log's form, the first is line 1");
  EXPECT_TRUE(got.gaps[0].grave);
  EXPECT_FALSE(got.gaps[1].grave);
  EXPECT_EQ(got.gaps[2].path, "/var/log/apache2/d-access.log");
  EXPECT_TRUE(got.gaps[2].grave);
}

TEST(ReadLogs, StopsAtTheTimeLimitAndSaysSo) {
  TempTree tree;
  tree.write("/var/log/auth.log", failed(1));
  const auto past = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  for (const unsigned jobs : {1U, 4U}) {
    const auto got = read(tree, {.jobs = jobs, .since = std::nullopt, .until = past});
    ASSERT_FALSE(got.gaps.empty());
    EXPECT_TRUE(got.gaps.back().grave);
    EXPECT_EQ(got.files[0].sha256, "");
  }
}

TEST(ReadLogs, ReadsNoLineWhoseYearWasNotKnownInTime) {
  TempTree tree;
  tree.write("/var/log/auth.log.1", "Dec 31 23:59:59 h p: m\n");
  tree.write("/var/log/auth.log", "Jan  2 00:00:00 h p: m\n");
  for (const unsigned jobs : {1U, 4U}) {
    const auto got = read(
        tree, {.jobs = jobs, .since = std::nullopt, .until = std::chrono::steady_clock::time_point::min()});
    EXPECT_TRUE(got.events.empty());
    ASSERT_EQ(got.gaps.size(), 2U);
    EXPECT_EQ(got.gaps[0].path, "/var/log/auth.log.1");
    EXPECT_EQ(got.gaps[1].path, "/var/log/auth.log");
    for (const auto& gap : got.gaps) {
      EXPECT_TRUE(gap.grave);
      EXPECT_NE(gap.reason.find("the time limit was reached before the years"), std::string::npos);
    }
  }
}

TEST(ReadLogs, InfersYearsOverRotationAndNewYear) {
  TempTree tree;
  tree.write("/var/log/auth.log.1", "Dec 31 23:59:59 h p: m\nJan  1 00:00:01 h p: m\n");
  tree.write("/var/log/auth.log", "Jan  2 00:00:00 h p: m\n");
  tree.set_time("/var/log/auth.log.1", "2026-01-01T06:00:00Z");
  tree.set_time("/var/log/auth.log", "2026-01-02T06:00:00Z");
  const auto got = read(tree);
  ASSERT_EQ(got.events.size(), 3U);
  EXPECT_EQ(got.events[0].substr(6, 10), "2025-12-31");
  EXPECT_EQ(got.events[1].substr(6, 10), "2026-01-01");
  EXPECT_EQ(got.events[2].substr(6, 10), "2026-01-02");
}

std::string record(short type, const std::string& user, const std::string& host, std::uint32_t seconds) {
  std::string bytes(kLoginRecordBytes, '\0');
  std::memcpy(bytes.data(), &type, 2);
  bytes.replace(8, 5, "pts/0");
  bytes.replace(44, user.size(), user);
  bytes.replace(76, host.size(), host);
  std::memcpy(bytes.data() + 340, &seconds, 4);
  bytes[348] = '\x0a';
  return bytes;
}

TEST(LoginRecords, AreReadAndDamageIsTold) {
  TempTree tree;
  tree.write("/var/log/wtmp", record(2, "reboot", "6.1", 1'000) + record(7, "ops", "198.51.100.9", 2'000) +
                                  std::string(kLoginRecordBytes, '\0') + record(8, "", "", 3'000) +
                                  "half a record");
  tree.write("/var/log/btmp", record(6, "root", "", 1'500));
  const auto got = read(tree);
  EXPECT_EQ(got.events,
            (std::vector<std::string>{"record_boot 1970-01-01T00:16:40.000Z reboot 6.1 0:0",
                                      "record_login 1970-01-01T00:33:20.000Z ops 198.51.100.9 0:1",
                                      "record_damaged 1970-01-01T00:00:00.000Z   0:2",
                                      "record_logout 1970-01-01T00:50:00.000Z  10.0.0.0 0:3",
                                      "record_failed 1970-01-01T00:25:00.000Z root 10.0.0.0 1:0"}));
  ASSERT_EQ(got.gaps.size(), 1U);
  EXPECT_EQ(got.gaps[0].bytes, 13U);
}

TEST(Lastlog, ReadsTheUidsAskedForAlsoInAVastSparseFile) {
  TempTree tree;
  tree.write("/lastlog", std::string(292 * 3, '\0'));
  std::string entry(292, '\0');
  const std::uint32_t seconds = 5000;
  std::memcpy(entry.data(), &seconds, 4);
  entry.replace(36, 12, "198.51.100.9");
  std::fstream file(tree.real("/lastlog"), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(292LL * 400'000'000);
  file << entry;
  file.close();
  const auto opened = tree.root().open_file("/lastlog").value();
  const auto logins = read_lastlog(opened, {0, 1, 400'000'000, 4'000'000'000U});
  ASSERT_EQ(logins.size(), 1U);
  EXPECT_EQ(logins[0].host, "198.51.100.9");
}

TEST(Excerpt, EscapesWhatWouldHarmATerminalOrAReader) {
  EXPECT_EQ(escape_excerpt("a\tb\x1b[31m\n"), "a\\x09b\\x1b[31m\\x0a");
  EXPECT_EQ(escape_excerpt("日本語 é"), "日本語 é");
  EXPECT_EQ(escape_excerpt("\xff\xc0\xaf\xed\xa0\x80"), "\\xff\\xc0\\xaf\\xed\\xa0\\x80");
  EXPECT_EQ(escape_excerpt("a\u202eb\u2028"), "a\\xe2\\x80\\xaeb\\xe2\\x80\\xa8");
  EXPECT_EQ(escape_excerpt("abcdef", 3), "abc…");
  EXPECT_EQ(escape_excerpt("ab日", 3), "ab日…");
}

}  // namespace
}  // namespace rescue::evidence
