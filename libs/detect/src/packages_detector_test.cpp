#include <gtest/gtest.h>

#include <algorithm>

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

}  // namespace
}  // namespace rescue::detect
