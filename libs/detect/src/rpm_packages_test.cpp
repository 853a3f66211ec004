#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "mini_root.hpp"
#include "rescue/evidence/testing/rpm_writer.hpp"

namespace rescue::detect {
namespace {

using evidence::testing::rpm_headers_of;
using evidence::testing::rpm_sqlite_of;
using evidence::testing::RpmPackage;

const Timestamp kBefore = parse_rfc3339("2025-06-01T00:00:00Z").value();

/// A server whose packages rpm installed.
class RpmServer : public testing::Test {
 protected:
  void install(const std::vector<RpmPackage>& packages) {
    for (const auto& package : packages) {
      for (const auto& file : package.files) {
        root.write(file.path, file.content);
        root.set_time(file.path, kBefore);
        mode(file.path, file.mode & 07777U);
      }
    }
    root.write("/var/lib/rpm/rpmdb.sqlite", rpm_sqlite_of(rpm_headers_of(packages)));
  }
  void mode(const std::string& path, unsigned bits) const {
    ASSERT_EQ(::chmod((root.directory() + path).c_str(), bits), 0);
  }
  std::vector<std::string> found() const {
    std::vector<std::string> rules;
    const auto document = root.investigate();
    for (const auto& finding : document.at("findings"))
      rules.push_back(finding.at("rule").get<std::string>() + " " + finding.at("path").get<std::string>());
    return rules;
  }
  MiniRoot root;
  const std::string elf =
      "\x7f"
      "ELF look-alike";
};

TEST_F(RpmServer, SaysNothingOfProgramsThatAreAsTheirPackageBroughtThem) {
  install({{.name = "tool", .files = {{"/usr/bin/tool", elf}, {"/usr/bin/become", elf, 0104755}}}});
  EXPECT_EQ(found(), std::vector<std::string>());
}

TEST_F(RpmServer, TellsAddedProgramsAndBitsThatNoPackageGave) {
  install({{.name = "tool", .files = {{"/usr/bin/tool", elf}, {"/usr/bin/become", elf, 0104755}}}});
  mode("/usr/bin/tool", 04755);
  root.write("/usr/sbin/kworkerd", elf);
  auto rules = found();
  std::sort(rules.begin(), rules.end());
  EXPECT_EQ(rules, (std::vector<std::string>{"login.suid_program /usr/bin/tool",
                                             "packages.added_program /usr/sbin/kworkerd"}));
}

TEST_F(RpmServer, TellsARecordThatWasEdited) {
  RpmPackage honest{.name = "tool", .files = {{"/usr/bin/tool", elf}}};
  install({honest});
  auto headers = rpm_headers_of({honest});
  auto& header = headers[0].second;
  const auto at = header.find("/usr/bin/");
  ASSERT_NE(at, std::string::npos);
  header[at + 1] = 'v';
  root.write("/var/lib/rpm/rpmdb.sqlite", rpm_sqlite_of(headers));
  const auto rules = found();
  EXPECT_NE(std::find(rules.begin(), rules.end(), "packages.edited_database /var/lib/rpm/rpmdb.sqlite"),
            rules.end());
}

TEST_F(RpmServer, IsNotCalledCleanWhereItsDataBaseIsGone) {
  root.write("/var/lib/rpm/.rpm.lock", "");
  const auto document = root.investigate();
  const auto& gaps = document.at("gaps");
  EXPECT_TRUE(std::any_of(gaps.begin(), gaps.end(),
                          [](const Json& gap) { return gap.at("path") == "/var/lib/rpm"; }));
}

}  // namespace
}  // namespace rescue::detect
