#include <gtest/gtest.h>

#include <algorithm>

#include "bdb_file.hpp"
#include "rescue/evidence/disk_survey.hpp"
#include "rescue/evidence/package_cache.hpp"
#include "rescue/evidence/testing/rpm_writer.hpp"
#include "sqlite_file.hpp"
#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

using testing::rpm_headers_of;
using testing::RpmPackage;

constexpr auto kElf =
    "\x7f"
    "ELF look-alike";
constexpr auto kLongAgo = "2025-06-01T00:00:00Z";
const std::string kSqlite = "/var/lib/rpm/rpmdb.sqlite", kBerkeley = "/var/lib/rpm/Packages";

/// A root whose packages rpm installed.
class RpmDatabase : public ::testing::Test {
 protected:
  static RpmPackage tool(const std::string& content = kElf) {
    return {.name = "tool",
            .files = {{"/usr/bin/tool", content},
                      {"/etc/tool.conf", "colour=1\n", 0100644, 1},
                      {"/usr/share/doc/tool/README", "read\n", 0100644, 2, 2},
                      {"/usr/bin/link", "", 0120777},
                      {"/var/log/tool.log", "", 0100644, 64}}};
  }
  static std::vector<RpmPackage> others(std::size_t count, bool with_signature) {
    std::vector<RpmPackage> packages;
    for (std::size_t i = 0; i < count; ++i) {
      packages.push_back({.name = "other" + std::to_string(i), .vendor = "Example"});
      packages.back().with_signature = with_signature;
    }
    return packages;
  }
  void lay_out(const std::string& content = kElf) {
    tree.write("/usr/bin/tool", content);
    tree.write("/etc/tool.conf", "colour=1\n");
    tree.link("/bin", "usr/bin");
    for (const auto* path : {"/usr/bin/tool", "/etc/tool.conf"}) tree.set_time(path, kLongAgo);
    ::chmod(tree.real("/usr/bin/tool").c_str(), 0755);
  }
  DiskSurvey survey() {
    const auto root = tree.root();
    return survey_disk(root, {.jobs = 2, .time_is_up = {}}, gaps);
  }
  std::vector<std::string> reasons(const DiskSurvey& survey) {
    std::vector<std::string> out;
    for (const auto& fault : survey.faults) out.push_back(fault.package + ": " + fault.reason);
    return out;
  }
  bool tells(const std::string& reason) const {
    return std::any_of(gaps.begin(), gaps.end(), [&](const Gap& gap) {
      return gap.grave && gap.reason.find(reason) != std::string::npos;
    });
  }
  TempTree tree;
  Gaps gaps;
};

TEST_F(RpmDatabase, TrustsWhatIsAsItsPackageBroughtIt) {
  lay_out();
  tree.write(kSqlite, testing::rpm_sqlite_of(rpm_headers_of({tool()})));
  const auto result = survey();
  EXPECT_TRUE(result.trusted("/bin/tool"));
  EXPECT_TRUE(result.trusted("/etc/tool.conf"));
  EXPECT_FALSE(result.foreign("/usr/bin/link"));
  EXPECT_TRUE(result.foreign("/usr/bin/other"));
  EXPECT_EQ(result.files_verified, 2U);
  EXPECT_EQ(result.packages.find("/usr/bin/tool")->mode, 0755);
  EXPECT_EQ(result.packages.packages()[0].key, "tool-1-1.noarch");
  EXPECT_TRUE(result.files.empty());
  EXPECT_TRUE(result.faults.empty()) << reasons(result)[0];
  EXPECT_TRUE(gaps.empty());
}

TEST_F(RpmDatabase, ComparesByEveryKindOfDigest) {
  lay_out();
  for (const auto kind : {DigestKind::kMd5, DigestKind::kSha1, DigestKind::kSha384, DigestKind::kSha512}) {
    auto package = tool();
    package.kind = kind;
    tree.write(kSqlite, testing::rpm_sqlite_of(rpm_headers_of({package})));
    EXPECT_TRUE(survey().trusted("/usr/bin/tool"));
  }
}

TEST_F(RpmDatabase, ReadsBerkeleyDbOfEitherOrderOfBytes) {
  lay_out();
  for (const bool big : {false, true}) {
    tree.write(kBerkeley, testing::rpm_berkeley_of(rpm_headers_of({tool(), {.name = "other"}}), big));
    const auto result = survey();
    EXPECT_TRUE(result.trusted("/usr/bin/tool"));
    EXPECT_EQ(result.packages.packages().size(), 2U);
  }
  ASSERT_EQ(gaps.size(), 2U);  // no index lies beside it
  EXPECT_TRUE(gaps[0].grave);
  EXPECT_NE(gaps[0].reason.find("index of names is missing"), std::string::npos);
}

TEST_F(RpmDatabase, TellsChangedAndMissingProgramsButNotWhatWasNeverInstalled) {
  lay_out("changed");
  auto more = tool();
  more.files.push_back({"/usr/bin/gone", kElf});
  more.files.push_back({"/usr/bin/optional", kElf, 0100755, 8});
  tree.write(kSqlite, testing::rpm_sqlite_of(rpm_headers_of({more})));
  const auto result = survey();
  ASSERT_EQ(result.files.size(), 2U);
  EXPECT_TRUE(result.files[0].missing);
  EXPECT_EQ(result.files[0].path, "/usr/bin/gone");
  EXPECT_TRUE(result.files[1].changed);
  EXPECT_EQ(result.files[1].package, "tool-1-1.noarch");
}

TEST_F(RpmDatabase, SeesWhatWasCommittedIntoTheLogOnly) {
  lay_out();
  const auto before = testing::rpm_sqlite_of(rpm_headers_of({tool("other bytes")}));
  const auto after = testing::rpm_sqlite_of(rpm_headers_of({tool()}));
  ASSERT_EQ(before.size(), after.size());
  tree.write(kSqlite, before);
  tree.write(kSqlite + "-wal", testing::sqlite_log_of(before, after, false));
  EXPECT_FALSE(survey().trusted("/usr/bin/tool"));
  tree.write(kSqlite + "-wal", testing::sqlite_log_of(before, after, true));
  EXPECT_TRUE(survey().trusted("/usr/bin/tool"));
}

/// The program was changed and its digest in the record with it.
TEST_F(RpmDatabase, NoticesARecordThatIsNotWhatItsDigestOrSignatureSays) {
  lay_out("changed");
  auto honest = tool();
  honest.with_signature = true;
  auto edited = rpm_headers_of({tool("changed")});
  const auto digest_of = [](const RpmPackage& package, const char* hex) {
    const auto header = testing::rpm_header_of(package);
    return header.substr(header.find(hex), 64);
  };
  // The digest of "ELF look-alike" begins so in the one, that of "changed" in the other.
  auto header = testing::rpm_header_of(honest);
  DigestStream stream(DigestKind::kSha256);
  stream.update(kElf);
  const auto old_hex = to_hex(stream.take());
  stream.update("changed");
  const auto new_hex = to_hex(stream.take());
  EXPECT_EQ(digest_of(honest, old_hex.c_str()), old_hex);
  header.replace(header.find(old_hex), 64, new_hex);
  tree.write(kSqlite, testing::rpm_sqlite_of({{"tool", header}}));
  const auto result = survey();
  EXPECT_EQ(reasons(result),
            (std::vector<std::string>{"tool-1-1.noarch: its record is not what the digest beside it says",
                                      "tool-1-1.noarch: its record is not what was signed"}));
  EXPECT_FALSE(result.trusted("/usr/bin/tool"));
  EXPECT_EQ(result.faults[0].path, kSqlite);
}

/// Everything was made anew but the signature, and the time of the program gives it away as well.
TEST_F(RpmDatabase, NoticesARecordMadeAnew) {
  lay_out("changed");
  tree.set_time("/usr/bin/tool", "2026-03-01T00:00:00Z");
  auto packages = others(20, true);
  packages.push_back(tool("changed"));
  packages.back().vendor = "Example";
  tree.write(kSqlite, testing::rpm_sqlite_of(rpm_headers_of(packages)));
  const auto result = survey();
  ASSERT_EQ(result.faults.size(), 2U);
  EXPECT_EQ(result.faults[0].reason, "its signature is gone, while the others of its vendor have one");
  EXPECT_EQ(result.faults[1].reason,
            "its programs are as its record says, yet were written after they were installed");
  EXPECT_EQ(result.faults[1].programs, std::vector<std::string>{"/usr/bin/tool"});
  EXPECT_FALSE(result.trusted("/usr/bin/tool"));
}

TEST_F(RpmDatabase, TakesADiskWhoseTimesAreThoseOfACopyForWhatItIs) {
  auto packages = std::vector<RpmPackage>();
  for (int i = 0; i < 30; ++i) {
    const auto path = "/usr/bin/tool" + std::to_string(i);
    tree.write(path, kElf);
    ::chmod(tree.real(path).c_str(), 0755);
    packages.push_back({.name = "tool" + std::to_string(i), .files = {{path, kElf}}});
  }
  tree.write(kSqlite, testing::rpm_sqlite_of(rpm_headers_of(packages)));
  const auto result = survey();
  EXPECT_TRUE(result.faults.empty());
  EXPECT_TRUE(result.trusted("/usr/bin/tool7"));
}

TEST_F(RpmDatabase, NoticesThatIndexesAndRecordsDoNotFit) {
  lay_out();
  auto headers = rpm_headers_of({tool(), {.name = "removed"}, {.name = "third"}});
  headers[1].second = headers[2].second;  // its row now holds another package's record
  tree.write(kSqlite, testing::rpm_sqlite_of(headers));
  const auto result = survey();
  EXPECT_EQ(reasons(result),
            std::vector<std::string>{"third-1-1.noarch: the index of names does not know its record"});
}

TEST_F(RpmDatabase, NoticesAPackageThatClaimsTheFilesOfAnother) {
  lay_out("changed");
  tree.write(kSqlite, testing::rpm_sqlite_of(rpm_headers_of(
                          {tool(), {.name = "cover", .files = {{"/usr/bin/tool", "changed"}}}})));
  const auto result = survey();
  ASSERT_EQ(result.faults.size(), 1U);
  EXPECT_EQ(result.faults[0].package, "cover-1-1.noarch");
  EXPECT_EQ(result.faults[0].programs, std::vector<std::string>{"/usr/bin/tool"});
  EXPECT_FALSE(result.trusted("/usr/bin/tool"));
}

TEST_F(RpmDatabase, TellsWhatItCannotRead) {
  lay_out();
  tree.write("/var/lib/rpm/Packages.db", "RpmP");
  EXPECT_FALSE(survey().packages.known());
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_TRUE(gaps[0].grave);
  const auto whole = testing::rpm_sqlite_of(rpm_headers_of(others(30, false)));
  tree.write(kSqlite, whole.substr(0, whole.size() / 2));
  const auto result = survey();
  EXPECT_LT(result.packages.packages().size(), 30U);
  EXPECT_TRUE(std::any_of(gaps.begin(), gaps.end(), [](const Gap& gap) {
    return gap.grave && gap.path == kSqlite && gap.reason.find("cannot be read") != std::string::npos;
  }));
}

TEST_F(RpmDatabase, DoesNotTakeASecondDataBaseForTheSystems) {
  lay_out("changed");
  tree.write("/var/lib/dpkg/info/cover.list", "/.\n/usr/bin/tool\n");
  tree.write(kSqlite, testing::rpm_sqlite_of(rpm_headers_of({tool(), {.name = "other"}})));
  const auto result = survey();
  EXPECT_EQ(result.packages.kind(), PackageDatabase::Kind::kRpm);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].path, "/var/lib/dpkg");
  tree.write("/etc/os-release", "NAME=x\nID=mint\nID_LIKE=\"ubuntu debian\"\n");
  EXPECT_EQ(survey().packages.kind(), PackageDatabase::Kind::kDpkg);
  ASSERT_GE(gaps.size(), 2U);
  EXPECT_EQ(gaps[1].path, kSqlite);
}

TEST_F(RpmDatabase, LooksBehindADecoyAndTellsOfIt) {
  lay_out();
  const std::string real = "/usr/lib/sysimage/rpm/rpmdb.sqlite";
  tree.write(real, testing::rpm_sqlite_of(rpm_headers_of({tool()})));
  tree.link("/var/lib/rpm", "../../usr/lib/sysimage/rpm");
  EXPECT_TRUE(survey().trusted("/usr/bin/tool"));
  EXPECT_TRUE(gaps.empty());
  std::filesystem::remove(tree.real("/var/lib/rpm"));
  tree.write(kSqlite, "decoy");
  const auto result = survey();
  EXPECT_EQ(result.packages.path(), real);
  EXPECT_TRUE(tells("a second data base"));
  tree.write(kSqlite, testing::rpm_sqlite_of(rpm_headers_of({{.name = "decoy"}})));
  gaps = {};
  survey();
  EXPECT_TRUE(tells("a second data base"));
}

TEST_F(RpmDatabase, KeepsNoMoreOfANameThanItNeeds) {
  tree.write(kSqlite, testing::rpm_sqlite_of(rpm_headers_of({{.name = std::string(65'536, 'n')}})));
  EXPECT_EQ(survey().packages.packages()[0].key, std::string(256, 'n') + "-1-1.noarch");
}

TEST_F(RpmDatabase, TakesRowsThatLieUponEachOtherForDamage) {
  auto whole = testing::rpm_sqlite_of(rpm_headers_of({{.name = "other"}}));
  constexpr std::size_t kLeaf = 1024;
  ASSERT_EQ(whole[kLeaf], 13);
  whole[kLeaf + 4] = 20;
  for (std::size_t i = 1; i < 20; ++i) whole.replace(kLeaf + 8 + 2 * i, 2, whole.substr(kLeaf + 8, 2));
  tree.write(kSqlite, whole);
  EXPECT_LT(survey().packages.packages().size(), 5U);
  EXPECT_TRUE(tells("rows larger than their page"));
}

TEST_F(RpmDatabase, TakesItemsThatLieUponEachOtherForDamage) {
  auto whole = testing::rpm_berkeley_of(rpm_headers_of({{.name = "other"}}), false);
  auto page = whole.substr(whole.size() - 512, 26);
  page[20] = 60;
  page[25] = 5;
  for (int i = 0; i < 30; ++i) page += std::string("\xf9\x01\xe0\x01", 4);
  page.resize(480, '\0');
  page += std::string("\x14\0\x01", 3) + std::string(20, 'v');
  page.resize(505, '\0');
  page += std::string("\x04\0\x01\x01\0\0\0", 7);
  tree.write(kBerkeley, whole.replace(whole.size() - 512, 512, page));
  const auto root = tree.root();
  auto file = BdbFile::open(root, kBerkeley);
  ASSERT_TRUE(file);
  int pairs = 0;
  file->each_pair([&](auto, auto value) { return value == std::string(20, 'v') ? ++pairs > 0 : true; });
  EXPECT_EQ(pairs, 20);
  EXPECT_EQ(file->damage().first_reason, "items larger than their page");
  auto late = BdbFile::open(root, kBerkeley, [] { return true; });
  late->each_pair([&](auto, auto) { return ++pairs > 0; });
  EXPECT_EQ(pairs, 20);
  EXPECT_EQ(late->damage().places, 1U);
}

TEST_F(RpmDatabase, TellsOfALogThatWasNotReadToItsEnd) {
  lay_out();
  const auto before = testing::rpm_sqlite_of(rpm_headers_of({tool("other bytes")}));
  const auto after = testing::rpm_sqlite_of(rpm_headers_of({tool()}));
  tree.write(kSqlite, before);
  tree.write(kSqlite + "-wal", testing::sqlite_log_of(before, after, true));
  const auto root = tree.root();
  const auto late = SqliteFile::open(root, kSqlite, [] { return true; });
  ASSERT_TRUE(late);
  EXPECT_EQ(late->damage().first_reason, "its write-ahead log was not read to its end");
  std::filesystem::remove(tree.real(kSqlite + "-wal"));
  std::filesystem::create_directory(tree.real(kSqlite + "-wal"));
  survey();
  EXPECT_TRUE(tells("its write-ahead log cannot be read"));
}

TEST_F(RpmDatabase, HoldsWhatItCouldReadAgainstTheIndexesAndTellsOfThoseMissing) {
  lay_out();
  auto headers = rpm_headers_of({tool(), {.name = "removed"}, {.name = "third"}, {.name = "fourth"}});
  headers[1].second = headers[2].second;
  headers[3].second = "damaged";
  auto whole = testing::rpm_sqlite_of(headers);
  tree.write(kSqlite, whole);
  EXPECT_EQ(reasons(survey()),
            std::vector<std::string>{"third-1-1.noarch: the index of names does not know its record"});
  EXPECT_FALSE(tells("index of"));
  for (auto at = whole.find("Sha1header"); at != whole.npos; at = whole.find("Sha1header"))
    whole.replace(at, 10, "Sha1hidden");
  tree.write(kSqlite, whole);
  survey();
  EXPECT_TRUE(tells("its index of digests is missing or damaged"));
}

/// The states of files lie outside every digest: one byte of them took a program out of the comparison.
TEST_F(RpmDatabase, ComparesWhatIsSaidNotToBeInstalledYetIsThere) {
  lay_out("changed");
  auto package = tool();
  package.files[0].state = 2;
  tree.write(kSqlite, testing::rpm_sqlite_of(rpm_headers_of({package})));
  auto result = survey();
  ASSERT_EQ(result.files.size(), 1U);
  EXPECT_TRUE(result.files[0].changed);
  const RpmPackage other = {.name = "other", .files = {{"/usr/bin/tool", "changed"}}};
  for (const auto& packages : {std::vector{package, other}, std::vector{other, package}}) {
    tree.write(kSqlite, testing::rpm_sqlite_of(rpm_headers_of(packages)));
    result = survey();
    EXPECT_TRUE(result.files.empty());
    EXPECT_FALSE(result.trusted("/usr/bin/tool"));
    EXPECT_EQ(result.packages.packages()[result.packages.find("/usr/bin/tool")->package].key,
              "other-1-1.noarch");
  }
}

TEST_F(RpmDatabase, DoubtsAlsoThePackagesOfWhichNoMoreIsTold) {
  lay_out();
  std::vector<RpmPackage> packages;
  for (int i = 0; i < 1100; ++i)
    packages.push_back({.name = "p" + std::to_string(i), .installed = 4'000'000'000, .with_digest = false});
  auto last = tool();
  last.installed = 4'000'000'000;
  packages.push_back(last);
  packages.push_back({.name = "cover", .files = {{"/usr/bin/tool", "changed"}}});
  tree.write(kBerkeley, testing::rpm_berkeley_of(rpm_headers_of(packages), false));
  const auto result = survey();
  EXPECT_EQ(result.faults.size(), 1000U);
  EXPECT_FALSE(result.trusted("/etc/tool.conf"));
  EXPECT_TRUE(result.faults.back().programs.empty());
  EXPECT_TRUE(result.packages.packages().back().doubted);
  EXPECT_TRUE(tells("102 more"));
}

TEST_F(RpmDatabase, LetsNoOtherPackageTakeOverASetting) {
  lay_out();
  tree.write("/etc/tool.conf", "changed");
  tree.set_time("/etc/tool.conf", kLongAgo);
  const RpmPackage other = {.name = "cover", .files = {{"/etc/tool.conf", "changed"}}};
  for (const auto& packages : {std::vector{tool(), other}, std::vector{tool(), other, other}}) {
    tree.write(kSqlite, testing::rpm_sqlite_of(rpm_headers_of(packages)));
    const auto result = survey();
    EXPECT_FALSE(result.trusted("/etc/tool.conf"));
    EXPECT_TRUE(result.packages.find("/etc/tool.conf")->conffile);
  }
}

/// The program, its digest in the record and the record's own digest were changed together.
TEST_F(RpmDatabase, IsHeldAgainstOriginalArchives) {
  lay_out("changed");
  tree.write(kSqlite, testing::rpm_sqlite_of(rpm_headers_of({tool("changed")})));
  TempTree cache;
  cache.write("/tool-1-1.noarch.rpm", testing::rpm_archive_of(tool()));
  auto result = survey();
  EXPECT_TRUE(result.trusted("/usr/bin/tool"));
  compare_with_archives(tree.root(), cache.root(), result, gaps);
  ASSERT_EQ(result.faults.size(), 1U);
  EXPECT_TRUE(result.faults[0].proven);
  EXPECT_EQ(result.faults[0].programs, std::vector<std::string>{"/usr/bin/tool"});
  EXPECT_FALSE(result.trusted("/usr/bin/tool"));
  auto archive = testing::rpm_archive_of(tool());
  archive[archive.size() - 20] ^= 1;
  cache.write("/tool-1-1.noarch.rpm", archive);
  EXPECT_FALSE(read_rpm_checksums(cache.root(), "/tool-1-1.noarch.rpm"));
  EXPECT_FALSE(read_rpm_checksums(cache.root(), "/none.rpm"));
}

/// Every byte of a small data base in turn is another one, and it is cut at many places.
TEST_F(RpmDatabase, TakesDamageOfAnyKindWithoutHarm) {
  tree.write("/usr/bin/tool", kElf);
  const auto headers = rpm_headers_of({tool(), {.name = "other"}});
  for (const auto& [path, whole] : {std::pair(kSqlite, testing::rpm_sqlite_of(headers)),
                                    {kBerkeley, testing::rpm_berkeley_of(headers, false)}}) {
    for (std::size_t i = 0; i < whole.size(); i += 11) {
      auto damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ (i % 2 == 0 ? '\xff' : '\x01'));
      if (i % 5 == 0) damaged.resize(i);
      tree.write(path, damaged);
      Gaps ignored;
      PackageDatabase::read(tree.root(), {}, ignored);
    }
    std::filesystem::remove(tree.real(path));
  }
}

}  // namespace
}  // namespace rescue::evidence
