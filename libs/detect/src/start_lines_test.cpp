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
  EXPECT_EQ(commands("logrotate", "postrotate\na\nendscript\nendscript\n"), Texts{"a\n"});
  EXPECT_EQ(commands("modprobe", "install pcspkr /bin/sh -c x\nblacklist a\n"), Texts{"/bin/sh -c x"});
}

TEST(StartLines, FindsWhatGetsMail) {
  EXPECT_EQ(
      commands("mail_pipe", "# x: |/no\nlist: \"|/bin/a b\"\npostmaster: root\n\"|/bin/c\"\n| /bin/d\n"),
      (Texts{"/bin/a b", "/bin/c", "/bin/d"}));
}

TEST(StartLines, FindsWhatTheKernelAndInitStart) {
  EXPECT_EQ(
      commands("kernel_setting", "kernel/core_pattern=|/bin/a %p\nkernel.core_pattern = core\nvm.x = /no\n"),
      Texts{"/bin/a %p"});
  EXPECT_EQ(commands("init_table", "id:2:initdefault:\nx:2345:respawn:/bin/a b\n"), Texts{"/bin/a b"});
  EXPECT_EQ(commands("file_format", ":x:M:0:\\x7f:\\xff:/bin/a:OC\n:broken\n"), Texts{"/bin/a"});
  EXPECT_EQ(commands("temporary_files",
                     "d /run/x 0755 root root -\nf+ /etc/cron.d/x - - - - * * * * * root /bin/a\n"
                     "w /sys/x - - - - 1\n"),
            (Texts{"/bin/a", "1"}));
}

TEST(StartLines, FindsWhatServersAndLogsStart) {
  EXPECT_EQ(commands("inetd", "ftp stream tcp nowait root /bin/a a -l\n#x stream tcp nowait root /no no\n"),
            Texts{"/bin/a -l"});
  EXPECT_EQ(
      commands("xinetd", "service x\n{\n server = /bin/a\n server_args = -i\n}\n{\nserver_args = x\n}\n"),
      Texts{"/bin/a -i"});
  EXPECT_EQ(
      commands("log_hook", "*.* ^/bin/a;fmt\naction(type=\"omprog\" binary=\"/bin/b c\")\n*.* /var/log/x\n"),
      (Texts{"/bin/a", "/bin/b c"}));
}

TEST(StartLines, FindsWhatToolsStart) {
  EXPECT_EQ(commands("git", "[core]\n pager = less\n bare = false\n[alias]\n x = !a b\n st = status\n"),
            (Texts{"less", "a b"}));
  EXPECT_EQ(commands("ssh", "Host *\n ProxyCommand=/bin/a %h\n LocalCommand \"b c\"\n User x\n"),
            (Texts{"/bin/a %h", "b c"}));
  EXPECT_EQ(commands("editor", "\" a!b\nautocmd VimEnter * silent !a b\ncall system('c d')\n"),
            (Texts{"a b", "c d"}));
  EXPECT_EQ(commands("package_action", "*:any:/bin/a b\nname:in:echo\n"), Texts{"/bin/a b"});
}

TEST(StartLines, RefusesAFormThatDoesNotExist) {
  EXPECT_THROW(start_lines("surprise", ""), std::logic_error);
}

}  // namespace
}  // namespace rescue::detect
