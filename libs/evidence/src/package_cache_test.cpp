#include "rescue/evidence/package_cache.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "packed_testing.hpp"
#include "rescue/evidence/testing/archive_writer.hpp"
#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

std::string padded(std::string text, std::size_t size) {
  text.resize(size, ' ');
  return text;
}

/// A tar of a folder and one file in it.
std::string tar_of(const std::string& name, const std::string& content) {
  return testing::tar_member("./", "", '5') + testing::tar_member(name, content) + testing::tar_end();
}

std::string ar_member(const std::string& name, const std::string& content) {
  return padded(name, 16) + padded("0", 12) + padded("0", 6) + padded("0", 6) + padded("100644", 8) +
         padded(std::to_string(content.size()), 10) + "`\n" + content + (content.size() % 2 == 1 ? "\n" : "");
}

std::string deb_of(const std::string& checksums) {
  return "!<arch>\n" + ar_member("debian-binary", "2.0\n") +
         ar_member("control.tar", tar_of("./md5sums", checksums)) + ar_member("data.tar", "");
}

TEST(PackageCache, ReadsTheChecksumsOfAnArchive) {
  TempTree cache;
  cache.write("/list_1-1_amd64.deb", deb_of(md5_hex("a") + "  usr/bin/list\n"));
  const auto sums = read_archive_checksums(cache.root(), "/list_1-1_amd64.deb");
  ASSERT_TRUE(sums) << sums.error().detail;
  EXPECT_EQ(sums->size(), 1U);
  EXPECT_EQ(sums->at("/usr/bin/list"), parse_digest(DigestKind::kMd5, md5_hex("a")));
}

TEST(PackageCache, RefusesWhatIsNoArchive) {
  TempTree cache;
  cache.write("/a.deb", "!<arch>\nshort");
  cache.write("/b.deb", "text");
  cache.write("/c.deb", "!<arch>\n" + ar_member("debian-binary", "2.0\n"));
  for (const auto* path : {"/a.deb", "/b.deb", "/c.deb"}) {
    const auto sums = read_archive_checksums(cache.root(), path);
    ASSERT_FALSE(sums) << path;
    EXPECT_EQ(sums.error().code, ErrorCode::kCorrupt);
  }
}

/// The program and its checksum were changed together, and every time was set as it was.
TEST(PackageCache, ProvesThatTheDataBaseWasEdited) {
  TempTree tree, cache;
  tree.write("/usr/bin/list", "changed");
  tree.write("/var/lib/dpkg/info/list.list", "/.\n/usr/bin/list\n");
  tree.write("/var/lib/dpkg/info/list.md5sums", md5_hex("changed") + "  usr/bin/list\n");
  tree.write("/var/lib/dpkg/status",
             "Package: list\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2:1-1\n\n");
  cache.write("/list_2%3a1-1_amd64.deb", deb_of(md5_hex("original") + "  usr/bin/list\n"));
  Gaps gaps;
  const auto root = tree.root();
  auto survey = survey_disk(root, {}, gaps);
  EXPECT_TRUE(survey.trusted("/usr/bin/list"));
  compare_with_archives(root, cache.root(), survey, gaps);
  ASSERT_EQ(survey.faults.size(), 1U);
  EXPECT_TRUE(survey.faults[0].proven);
  EXPECT_FALSE(survey.trusted("/usr/bin/list"));
  ASSERT_EQ(survey.files.size(), 1U);
  EXPECT_TRUE(survey.files[0].changed);
  EXPECT_TRUE(gaps.empty());
}

TEST(PackageCache, TellsHowManyPackagesHaveNoArchive) {
  TempTree tree, cache;
  tree.write("/var/lib/dpkg/info/list.list", "/.\n");
  Gaps gaps;
  const auto root = tree.root();
  auto survey = survey_disk(root, {}, gaps);
  compare_with_archives(root, cache.root(), survey, gaps);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].reason, "1 package(s) have no archive in the cache");
}

}  // namespace
}  // namespace rescue::evidence
