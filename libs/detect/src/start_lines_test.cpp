#include "start_lines.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace rescue::detect {
namespace {

std::vector<std::string> commands(std::string_view form, std::string_view text) {
  std::vector<std::string> found;
  for (const auto& line : start_lines(form, text)) found.push_back(line.command);
  return found;
}
using Texts = std::vector<std::string>;

TEST(StartLines, JoinsAUnitsContinuedLinesAndTakesPrefixesOff) {
  const auto found =
      start_lines("unit", "[Service]\n# ExecStart=/no\nExecStartPre=-/bin/a\nExecStart=@/bin/b \\\n  -x\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].command, "/bin/a");
  EXPECT_EQ(found[1].command.substr(0, 6), "/bin/b");
  EXPECT_EQ(found[1].line, 4U);
  EXPECT_EQ(unit_setting("[Timer]\nUnit=x.service\n", "Unit"), "x.service");
}

TEST(StartLines, FindsWhatUdevRuns) {
  EXPECT_EQ(commands("udev", "ACTION==\"add\", RUN+=\"/bin/a b\", PROGRAM==\"/bin/c\"\n#RUN+=\"/no\"\n"),
            (Texts{"/bin/a b", "/bin/c"}));
}

TEST(StartLines, FindsHooksOfPackageTools) {
  EXPECT_EQ(commands("apt", "DPkg::Post-Invoke {\"a b\"; \"c\";};\n"), (Texts{"a b", "c"}));
  EXPECT_EQ(commands("apt", "Acquire::http::Proxy \"http://192.0.2.1\";\n"), Texts{});
  EXPECT_EQ(commands("dpkg", "post-invoke=\"/bin/a\"\nno-debsig\n"), Texts{"/bin/a"});
}

TEST(StartLines, FindsScriptsOfLogrotateAndOfModules) {
  EXPECT_EQ(commands("logrotate", "/x {\n daily\n postrotate\n  a\n  b\n endscript\n}\n"), Texts{"a\nb\n"});
  EXPECT_EQ(commands("modprobe", "install pcspkr /bin/sh -c x\nblacklist a\n"), Texts{"/bin/sh -c x"});
}

TEST(StartLines, RefusesAFormThatDoesNotExist) {
  EXPECT_THROW(start_lines("surprise", ""), std::logic_error);
}

}  // namespace
}  // namespace rescue::detect
