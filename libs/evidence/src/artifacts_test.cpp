#include "rescue/evidence/artifacts.hpp"

#include <gtest/gtest.h>

#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

constexpr const char* kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAvy9MbrX5xuQrB0b/eC49QaLpOq5DF0GanKfXY9ru+C";
constexpr const char* kFingerprint = "SHA256:+U5MZ3ws8s/eGeVudf2IpAEoFqBrxaVpsgiQ1JTr3+c";  // ssh-keygen -l

TEST(Accounts, ReadsPasswdAndEmptyPasswords) {
  TempTree tree;
  tree.write("/etc/passwd",
             "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/usr/sbin/"
             "nologin\nbroken\nu:x:1000:1000::/home/u:/bin/sh\n");
  tree.write("/etc/shadow", "root:$y$h:1::::::\nu::1::::::\n");
  Gaps gaps;
  const auto file = read_accounts(tree.root(), gaps);
  ASSERT_EQ(file.accounts.size(), 3U);
  EXPECT_FALSE(file.accounts[0].empty_password);
  EXPECT_FALSE(file.accounts[1].can_log_in());
  EXPECT_TRUE(file.accounts[2].empty_password);
  EXPECT_EQ(file.accounts[2].line, 4U);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_FALSE(gaps[0].grave);
}

TEST(Accounts, AMissingPasswdIsAGraveGap) {
  TempTree tree;
  Gaps gaps;
  EXPECT_FALSE(read_accounts(tree.root(), gaps).read);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_TRUE(gaps[0].grave);
}

TEST(AuthorizedKeys, ReadsOptionsTypesAndFingerprints) {
  std::size_t bad = 0;
  const auto keys = parse_authorized_keys(
      std::string("# mine\n\n") + kKey + " me@desk with spaces\n" +
          "command=\"echo \\\"a, b\\\" # c\",no-pty,from=\"10.0.0.0/8\" " + kKey + "\nrubbish here\n" +
          "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAvy9MbrX5 wrong-type\n",
      bad);
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].fingerprint, kFingerprint);
  EXPECT_EQ(keys[0].comment, "me@desk with spaces");
  EXPECT_EQ(keys[0].line, 3U);
  EXPECT_EQ(keys[1].options,
            (std::vector<std::string>{"command=\"echo \\\"a, b\\\" # c\"", "no-pty", "from=\"10.0.0.0/8\""}));
  EXPECT_EQ(bad, 2U);
}

TEST(AuthorizedKeys, LooksWhereSshdWouldLook) {
  TempTree tree;
  tree.write("/home/u/.ssh/authorized_keys", std::string(kKey) + "\n");
  tree.write("/etc/ssh/keys/u", std::string(kKey) + "\n");
  ASSERT_EQ(::mkfifo(tree.real("/home/u/.ssh/authorized_keys2").c_str(), 0600), 0);
  Gaps gaps;
  const Account u{.name = "u", .uid = 1000, .gid = 1000, .home = "/home/u", .shell = "/bin/sh", .text = ""};
  const auto files =
      read_authorized_keys(tree.root(), {u}, {"/etc/ssh/keys/%u", ".ssh/authorized_keys"}, gaps);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_TRUE(files[0].usual_place);
  EXPECT_EQ(files[1].path, "/etc/ssh/keys/u");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_TRUE(gaps[0].grave);
}

TEST(AuthorizedKeys, OneFileSharedByManyAccountsFillsNoMemory) {
  TempTree tree;
  std::string text;
  while (text.size() < (2U << 20U)) text += std::string(kKey) + "\n";
  tree.write("/home/all/.ssh/authorized_keys", text);
  std::vector<Account> accounts(
      1'000, {.name = "u", .uid = 1000, .gid = 1000, .home = "/home/all", .shell = "", .text = ""});
  Gaps gaps;
  const auto files = read_authorized_keys(tree.root(), accounts, {}, gaps);
  EXPECT_LT(files.size(), 20U);
  ASSERT_FALSE(gaps.empty());
  EXPECT_TRUE(gaps[0].grave);
  EXPECT_EQ(gaps.size() + gaps.left_out_count() + files.size(), 1'000U);
}

TEST(SshdConfig, FollowsIncludes) {
  TempTree tree;
  tree.write("/etc/ssh/sshd_config",
             "# AuthorizedKeysFile no\nInclude /etc/ssh/sshd_config.d/*.conf\nauthorizedkeysfile=.ssh/a \"/x "
             "y/%u\"\n");
  tree.write("/etc/ssh/sshd_config.d/10.conf",
             "AuthorizedKeysFile /etc/keys/%u\nInclude /etc/ssh/sshd_config\nPasswordAuthentication no\n");
  Gaps gaps;
  const auto config = read_sshd_config(tree.root(), gaps);
  EXPECT_EQ(config.authorized_keys_files.front(), "/etc/keys/%u");
  EXPECT_EQ(config.authorized_keys_files.back(), "/x y/%u");
}

TEST(SshdConfig, FilesThatIncludeEachOtherEndSoon) {
  const TempTree tree;
  std::string includes;
  for (int i = 0; i < 40; ++i) includes += "Include /etc/ssh/*\n";
  tree.write("/etc/ssh/sshd_config", includes + "PermitRootLogin yes\n");
  tree.write("/etc/ssh/other", includes);
  Gaps gaps;
  EXPECT_EQ(read_sshd_config(tree.root(), gaps).permit_root_login, std::vector<std::string>{"yes"});
  EXPECT_TRUE(gaps.empty());
  for (int i = 0; i < 2'000; ++i) includes += "Include nowhere\n";
  tree.write("/etc/ssh/sshd_config", includes);
  read_sshd_config(tree.root(), gaps);
  EXPECT_TRUE(std::any_of(gaps.begin(), gaps.end(), [](const Gap& gap) { return gap.grave; }));
}

TEST(Glob, MatchesStarsAndMarks) {
  EXPECT_TRUE(glob_match("*.conf", "a.conf"));
  EXPECT_TRUE(glob_match("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(glob_match("?", "x"));
  EXPECT_FALSE(glob_match("*.conf", "a.conf~"));
  EXPECT_FALSE(glob_match("?", ""));
  EXPECT_FALSE(glob_match(std::string(30, '*') + "b", std::string(20'000, 'a')));
}

TEST(Crontab, ReadsBothForms) {
  std::size_t bad = 0;
  const auto user = parse_crontab(
      "# c\nMAILTO=\"x\"\n*/5 * * * 1-5 /bin/a --b=c\n@reboot  run me\n1 2 3 jan sun echo 50\\% "
      "done%input\nnot a line\n* * *\n",
      CrontabForm::kUser, "u", bad);
  ASSERT_EQ(user.size(), 3U);
  EXPECT_EQ(user[0].schedule, "*/5 * * * 1-5");
  EXPECT_EQ(user[0].command, "/bin/a --b=c");
  EXPECT_EQ(user[1].schedule, "@reboot");
  EXPECT_EQ(user[2].command, "echo 50% done");
  EXPECT_EQ(user[2].line, 5U);
  EXPECT_EQ(bad, 2U);
  const auto system =
      parse_crontab("17 *\t* * *\troot\tcd / && x\n* * * * * root\n", CrontabForm::kSystem, "", bad);
  ASSERT_EQ(system.size(), 1U);
  EXPECT_EQ(std::tuple(system[0].account, system[0].command), std::tuple("root", "cd / && x"));
}

TEST(Cron, AnUnreadableTableIsAGraveGapNeverAnEmptyOne) {
  TempTree tree;
  tree.write("/var/spool/cron/crontabs/u", "* * * * * x\n");
  ASSERT_EQ(::mkfifo(tree.real("/var/spool/cron/crontabs/v").c_str(), 0600), 0);
  tree.write("/etc/cron.d/big", std::string(2 << 20, '#'));
  tree.write("/etc/cron.daily/job", "#!/bin/sh\nrun\n");
  Gaps gaps;
  const auto files = read_cron(tree.root(), gaps);
  EXPECT_EQ(files.size(), 2U);
  ASSERT_EQ(gaps.size(), 2U);
  for (const auto& gap : gaps) EXPECT_TRUE(gap.grave);
}

TEST(Cron, TablesPastTheLimitAreGraveGaps) {
  TempTree tree;
  std::string text;
  while (text.size() < 900'000) text += "* * * * * u a\n";
  for (const char name : {'a', 'b', 'c', 'd', 'e'}) tree.write("/etc/cron.d/" + std::string(1, name), text);
  tree.write("/var/spool/cron/crontabs/u", "* * * * * a\n");
  Gaps gaps;
  const auto files = read_cron(tree.root(), gaps);
  std::size_t grave = 0;
  for (const auto& gap : gaps) grave += gap.grave ? 1 : 0;
  EXPECT_EQ(files.size() + grave, 6U);
  EXPECT_GE(grave, 2U);
}

TEST(WebConfig, FindsRootsAliasesAndLogs) {
  TempTree tree;
  tree.write("/etc/apache2/sites-available/s.conf",
             "<VirtualHost *:80>\n  DocumentRoot \"/srv/site one\"\n Alias /pma /usr/share/pma\n CustomLog "
             "${APACHE_LOG_DIR}/one.log combined\n CustomLog \"|/bin/rotate\" x\n");
  tree.link("/etc/apache2/sites-enabled/s.conf", "../sites-available/s.conf");
  tree.write("/etc/nginx/sites-enabled/d",
             "server { listen 80;\n  root /srv/two;\n  access_log off;\n access_log /srv/logs/n.log;\n}\n");
  for (const auto* path :
       {"/srv/site one/x", "/usr/share/pma/x", "/srv/two/x", "/var/www/html/x", "/home/u/public_html/x"})
    tree.write(path, "");
  Gaps gaps;
  const auto config = read_web_config(tree.root(), {"/home/u", "/"}, gaps);
  EXPECT_TRUE(config.server_found);
  std::vector<std::string> roots;
  for (const auto& root : config.roots) roots.push_back(root.url_path + " " + root.directory);
  EXPECT_EQ(roots, (std::vector<std::string>{"/ /srv/site one", "/pma /usr/share/pma", "/ /srv/two",
                                             "/ /var/www/html", "/ /var/www", "/~u /home/u/public_html"}));
  EXPECT_EQ(config.access_logs, (std::vector<std::string>{"/srv/logs/n.log", "/var/log/apache2/one.log"}));
}

TEST(Packages, KnowsWhatDpkgOwns) {
  TempTree tree;
  tree.write("/var/lib/dpkg/info/cron.list", "/.\n/etc\n/etc/cron.d\n/etc/cron.d/e2scrub_all\n/usr/bin/x\n");
  Gaps gaps;
  const auto files = PackageFiles::read(tree.root(), {"/etc/cron"}, gaps);
  EXPECT_TRUE(files.known());
  EXPECT_TRUE(files.owns("/etc/cron.d/e2scrub_all"));
  EXPECT_FALSE(files.owns("/usr/bin/x"));
}

TEST(Host, ReadsNamesFromTheDisk) {
  TempTree tree;
  tree.write("/etc/hostname", "# c\nweb01\n");
  tree.write("/etc/os-release",
             "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID='12'\n");
  tree.write("/etc/timezone", "UTC\n");
  Gaps gaps;
  const auto host = read_host(tree.root(), gaps);
  EXPECT_EQ(std::tuple(host.hostname, host.os_name, host.os_id, host.os_version),
            std::tuple("web01", "Debian GNU/Linux 12 (bookworm)", "debian", "12"));
  EXPECT_TRUE(gaps.empty());
}

}  // namespace
}  // namespace rescue::evidence
