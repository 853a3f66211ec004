#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "mini_root.hpp"

namespace rescue::detect {
namespace {

/// A package whose files are all other than their checksums say.
class ChangedPackage : public testing::Test {
 protected:
  void install(const std::vector<std::string>& paths) {
    std::string list = "/.\n", sums;
    for (const auto& path : paths) {
      root.write(path, "#!/bin/sh\n");
      list += path + "\n";
      sums += "d41d8cd98f00b204e9800998ecf8427e  " + path.substr(1) + "\n";
    }
    root.write("/var/lib/dpkg/info/tool.list", list);
    root.write("/var/lib/dpkg/info/tool.md5sums", sums);
  }
  std::vector<Json> found(const std::string& rule) const {
    std::vector<Json> out;
    const auto document = root.investigate();
    std::copy_if(document.at("findings").begin(), document.at("findings").end(), std::back_inserter(out),
                 [&](const Json& finding) { return finding.at("rule") == rule; });
    return out;
  }
  MiniRoot root;
};

TEST_F(ChangedPackage, IsToldFileByFileWhenFewAreChanged) {
  install({"/usr/bin/tool", "/usr/lib/tool/a.sh"});
  EXPECT_EQ(found("packages.changed_program").size(), 2U);
}

TEST_F(ChangedPackage, IsOneFindingBesideItsCommandsWhenManyAre) {
  std::vector<std::string> paths = {"/usr/bin/tool"};
  for (int i = 0; i < 40; ++i) paths.push_back("/usr/lib/tool/" + std::to_string(i) + ".sh");
  install(paths);
  const auto findings = found("packages.changed_program");
  ASSERT_EQ(findings.size(), 2U);
  const auto command = std::find_if(findings.begin(), findings.end(),
                                    [](const Json& f) { return f.at("path") == "/usr/bin/tool"; });
  ASSERT_NE(command, findings.end());
  EXPECT_EQ(command->at("severity"), "high");
  const auto& others = command == findings.begin() ? findings[1] : findings[0];
  EXPECT_EQ(others.at("severity"), "medium");
  EXPECT_NE(others.at("title").get<std::string>().find("and 39 more of its files"), std::string::npos);
}

TEST(CopiedLibraries, OfAServiceThatShutsItselfIntoAFolderAccuseNobody) {
  MiniRoot root;
  const std::string library =
      "\x7F"
      "ELF the library";
  root.write("/usr/lib/x/libnss.so", library);
  root.write("/var/spool/postfix/usr/lib/x/libnss.so", library);
  root.write("/var/spool/postfix/usr/lib/x/libother.so",
             "\x7F"
             "ELF another");
  root.write("/var/spool/other/usr/lib/x/libnss.so",
             "\x7F"
             "ELF the library with more in it");
  root.write("/var/lib/dpkg/info/base.list", "/.\n/usr/lib/x/libnss.so\n");
  root.write("/var/lib/dpkg/info/base.md5sums", "418c89615ffdf04e3cd84a4be1b02e92  usr/lib/x/libnss.so\n");
  root.write("/var/lib/dpkg/status",
             "Package: base\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1-1\n\n");
  std::set<std::string> told;
  const auto document = root.investigate();
  for (const auto& finding : document.at("findings"))
    if (finding.at("rule") == "packages.odd_place_program")
      told.insert(finding.at("path").get<std::string>());
  EXPECT_EQ(told, (std::set<std::string>{"/var/spool/other/usr/lib/x/libnss.so",
                                         "/var/spool/postfix/usr/lib/x/libother.so"}));
}

}  // namespace
}  // namespace rescue::detect
