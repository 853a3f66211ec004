#include "rescue/evidence/disk_survey.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "packed_testing.hpp"
#include "rescue/base/sha256.hpp"
#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

constexpr auto kElf =
    "\x7f"
    "ELF look-alike";
constexpr auto kLongAgo = "2026-01-01T00:00:00Z";

/// A root with one package that owns /usr/bin/list and a setting.
class DiskSurveyTest : public testing::Test {
 protected:
  DiskSurveyTest() {
    tree.write("/usr/bin/list", kElf);
    tree.write("/etc/list.conf", "colour=1\n");
    tree.write(info + ".list", "/.\n/bin/list\n/etc/list.conf\n");
    tree.write(info + ".md5sums", md5_hex(kElf) + "  bin/list\n");
    tree.write(info + ".postinst", "#!/bin/sh\n");
    tree.write("/var/lib/dpkg/status",
               "Package: list\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1-1\nConffiles:\n "
               "/etc/list.conf " +
                   md5_hex("colour=1\n") + "\n\n");
    tree.link("/bin", "usr/bin");
    for (const auto* end : {".list", ".md5sums", ".postinst"}) tree.set_time(info + end, kLongAgo);
    tree.set_time("/usr/bin/list", kLongAgo);
    tree.set_time("/etc/list.conf", kLongAgo);
  }
  DiskSurvey survey(unsigned jobs = 1) {
    const auto root = tree.root();
    return survey_disk(root, {.jobs = jobs, .time_is_up = {}}, gaps);
  }
  const SurveyedFile* file(const DiskSurvey& survey, const std::string& path) {
    const auto at = std::find_if(survey.files.begin(), survey.files.end(),
                                 [&](const auto& each) { return each.path == path; });
    return at == survey.files.end() ? nullptr : &*at;
  }

  TempTree tree;
  Gaps gaps;
  const std::string info = "/var/lib/dpkg/info/list";
};

TEST_F(DiskSurveyTest, TrustsWhatIsAsItsPackageBroughtItAlsoBehindAMergedFolder) {
  const auto result = survey(2);
  EXPECT_TRUE(result.trusted("/usr/bin/list"));
  EXPECT_TRUE(result.trusted("/bin/list"));
  EXPECT_TRUE(result.trusted("/etc/list.conf"));
  EXPECT_FALSE(result.foreign("/bin/list"));
  EXPECT_TRUE(result.foreign("/usr/bin/other"));
  EXPECT_EQ(result.files_verified, 2U);
  EXPECT_TRUE(result.files.empty());
  EXPECT_TRUE(result.faults.empty());
  EXPECT_TRUE(gaps.empty());
}

TEST_F(DiskSurveyTest, ProgramsWhoseChecksumsAreGoneAreNotTrustedAndThatIsAGap) {
  std::filesystem::remove(tree.real(info + ".md5sums"));
  const auto result = survey();
  EXPECT_FALSE(result.trusted("/usr/bin/list"));
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps.begin()->path, info + ".md5sums");
  EXPECT_TRUE(gaps.begin()->grave);
}

TEST_F(DiskSurveyTest, TellsChangedMissingAndAddedPrograms) {
  tree.write("/usr/bin/list", std::string(kElf) + "!");
  tree.write("/usr/lib/added.so", kElf);
  tree.write(info + ".list", "/.\n/bin/list\n/etc/list.conf\n/bin/gone\n");
  tree.write(info + ".md5sums", md5_hex(kElf) + "  bin/list\n" + md5_hex("x") + "  bin/gone\n");
  const auto result = survey();
  ASSERT_NE(file(result, "/usr/bin/list"), nullptr);
  EXPECT_TRUE(file(result, "/usr/bin/list")->changed);
  EXPECT_EQ(file(result, "/usr/bin/list")->sha256, sha256_hex(std::string(kElf) + "!"));
  ASSERT_NE(file(result, "/usr/bin/gone"), nullptr);
  EXPECT_TRUE(file(result, "/usr/bin/gone")->missing);
  ASSERT_NE(file(result, "/usr/lib/added.so"), nullptr);
  EXPECT_FALSE(file(result, "/usr/lib/added.so")->owned);
  EXPECT_FALSE(result.trusted("/usr/bin/list"));
}

TEST_F(DiskSurveyTest, NoticesChecksumsThatWereWrittenAfterTheArchiveWasMade) {
  tree.set_time(info + ".md5sums", "2026-03-01T00:00:00Z");
  tree.set_time("/usr/bin/list", "2026-03-01T00:00:00Z");
  const auto result = survey();
  ASSERT_EQ(result.faults.size(), 1U);
  EXPECT_EQ(result.faults[0].path, info + ".md5sums");
  EXPECT_EQ(result.faults[0].programs, std::vector<std::string>{"/usr/bin/list"});
  EXPECT_FALSE(result.trusted("/usr/bin/list"));
}

TEST_F(DiskSurveyTest, DoesNotTrustASettingThatWasWrittenAfterTheInstallation) {
  tree.set_time("/etc/list.conf", "2026-03-01T00:00:00Z");
  const auto result = survey();
  EXPECT_FALSE(result.trusted("/etc/list.conf"));
  EXPECT_TRUE(result.faults.empty());
}

TEST_F(DiskSurveyTest, NoticesListsAndChecksumsThatDoNotFit) {
  tree.write("/usr/bin/other", kElf);
  tree.write(info + ".list", "/.\n/bin/other\n");
  tree.set_time(info + ".list", kLongAgo);
  const auto result = survey();
  EXPECT_EQ(result.faults.size(), 2U);  // list has no line of the one, other no checksum
}

TEST_F(DiskSurveyTest, TakesADiskWithoutItsProgramsForAPartOfOne) {
  std::string list = "/.\n/bin/list\n/etc/list.conf\n", sums = md5_hex(kElf) + "  bin/list\n";
  for (int i = 0; i < 30; ++i) {
    list += "/bin/gone" + std::to_string(i) + "\n";
    sums += md5_hex("x") + "  bin/gone" + std::to_string(i) + "\n";
  }
  tree.write(info + ".list", list);
  tree.write(info + ".md5sums", sums);
  tree.set_time(info + ".md5sums", kLongAgo);
  const auto result = survey();
  EXPECT_TRUE(result.files.empty());
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].reason, "30 files of packages are not on this disk");
  EXPECT_TRUE(result.brought("/bin/gone1"));
}

TEST_F(DiskSurveyTest, FollowsDiversions) {
  tree.write("/var/lib/dpkg/diversions", "/bin/list\n/bin/list.real\nother\n");
  tree.write("/usr/bin/list.real", kElf);
  const auto result = survey();
  EXPECT_TRUE(result.trusted("/usr/bin/list.real"));
  EXPECT_TRUE(result.foreign("/usr/bin/list"));
}

TEST_F(DiskSurveyTest, FindsAPoolsAddressAcrossPieces) {
  std::string text(256 * 1024 - 4, 'x');
  tree.write("/tmp/settings", text + "stratum+tcp://pool.example.net:3333");
  const auto result = survey();
  ASSERT_NE(file(result, "/tmp/settings"), nullptr);
  EXPECT_TRUE(file(result, "/tmp/settings")->names_pool);
}

TEST_F(DiskSurveyTest, DoesNotReadWhatIsMostlyHoles) {
  tree.write("/usr/lib/large.so", kElf);
  std::filesystem::resize_file(tree.real("/usr/lib/large.so"), 4ULL << 30U);
  const auto result = survey();
  ASSERT_NE(file(result, "/usr/lib/large.so"), nullptr);
  EXPECT_LT(result.bytes_read, 1U << 20U);
}

TEST_F(DiskSurveyTest, TakesGarbageForADataBaseWithoutHarm) {
  std::string garbage;
  for (int i = 0; i < 5000; ++i) garbage += static_cast<char>(i * 7919 % 251);
  for (const auto* end : {".list", ".md5sums", ".conffiles"}) tree.write(info + end, garbage);
  tree.write("/var/lib/dpkg/status", garbage + "\nConffiles:\n " + garbage);
  tree.write("/var/lib/dpkg/diversions", garbage);
  ASSERT_EQ(::mkfifo(tree.real("/usr/bin/pipe").c_str(), 0755), 0);
  tree.link("/usr/lib/loop", "loop");
  const auto result = survey(2);
  EXPECT_TRUE(result.foreign("/usr/bin/list"));
}

TEST_F(DiskSurveyTest, APathThatNoFileCanHaveIsNotKept) {
  tree.write(info + ".list", "/" + std::string(100'000, 'x') + "\n/bin/list\n");
  const auto result = survey();
  EXPECT_EQ(result.packages.files().size(), 2U) << "the program, and the setting that the status names";
  EXPECT_TRUE(std::any_of(gaps.begin(), gaps.end(),
                          [](const Gap& gap) { return gap.reason.starts_with("a path is longer"); }));
}

TEST_F(DiskSurveyTest, AFileIsNotReadOnWhenTheTimeIsUp) {
  tree.write("/usr/bin/list", std::string(4 << 20, 'x'));
  const auto root = tree.root();
  int asked = 0;
  const auto result = survey_disk(root, {.jobs = 1, .time_is_up = [&] { return ++asked > 6; }}, gaps);
  EXPECT_LT(result.bytes_read, 4U << 20U);
  EXPECT_FALSE(gaps.empty());
}

TEST_F(DiskSurveyTest, TellsThatTheTimeWasUp) {
  const auto root = tree.root();
  survey_disk(root, {.jobs = 2, .time_is_up = [] { return true; }}, gaps);
  EXPECT_FALSE(gaps.empty());
}

TEST(BlankName, IsMadeOfBlanksAndDotsOnly) {
  EXPECT_TRUE(is_blank_name("/tmp/ "));
  EXPECT_TRUE(is_blank_name("/tmp/..."));
  EXPECT_TRUE(is_blank_name("/tmp/. ."));
  EXPECT_TRUE(is_blank_name("/tmp/\xc2\xa0"));
  EXPECT_FALSE(is_blank_name("/tmp/a "));
  EXPECT_FALSE(is_blank_name("/"));
}

}  // namespace
}  // namespace rescue::evidence
