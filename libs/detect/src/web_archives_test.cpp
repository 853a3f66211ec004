#include "web_archives.hpp"

#include <gtest/gtest.h>

#include "mini_root.hpp"
#include "rescue/evidence/testing/archive_writer.hpp"
#include "web_files.hpp"

namespace rescue::detect {
namespace {

using evidence::testing::gzip_of;
using evidence::testing::tar_end;
using evidence::testing::tar_member;
using evidence::testing::zip_of;

constexpr const char* kShell = "<?php system($_POST['c']);\n";
constexpr const char* kClean = "<?php function add($a, $b) { return $a + $b; }\n";

class WebArchive : public testing::Test {
 protected:
  WebArchive() { root.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"); }
  /// "severity path" of each finding in the file, and "gap reason".
  std::vector<std::string> told_of(const std::string& path, const std::string& bytes) {
    root.write(path, bytes);
    document = root.investigate();
    std::vector<std::string> out;
    for (const auto& finding : document.at("findings")) {
      const auto where = finding.at("evidence").at(0).at("file").get<std::string>();
      if (where.starts_with(path)) out.push_back(finding.at("severity").get<std::string>() + " " + where);
    }
    for (const auto& gap : document.at("gaps")) {
      if (gap.at("path").get<std::string>().starts_with(path))
        out.push_back("gap " + gap.at("reason").get<std::string>());
    }
    return out;
  }
  using Told = std::vector<std::string>;
  MiniRoot root;
  Json document;
};

TEST_F(WebArchive, ShowsAShellOneStepLowerThanAFileThatCanBeCalled) {
  EXPECT_EQ(told_of("/var/www/html/plain.php", kShell), Told{"critical /var/www/html/plain.php"});
  const auto path = "/var/www/html/plugin.zip";
  EXPECT_EQ(
      told_of(path, zip_of({{.name = "p/x.php", .content = kShell}, {.name = "p/y.php", .content = kClean}})),
      Told{"high /var/www/html/plugin.zip!p/x.php"});
  EXPECT_EQ(told_of("/var/www/html/b.tar.gz",
                    gzip_of(tar_member("b/readme", "text") + tar_member("b/x.php", kShell) + tar_end())),
            Told{"high /var/www/html/b.tar.gz!b/x.php"});
  for (const auto& finding : document.at("findings")) {
    if (finding.at("severity") != "high") continue;
    EXPECT_NE(finding.at("title").get<std::string>().find("packed in an archive"), std::string::npos);
    EXPECT_EQ(finding.at("evidence").at(0).at("excerpt"), "<?php system($_POST['c']);");
    EXPECT_EQ(finding.at("evidence").at(0).at("sha256").get<std::string>().size(), 64U);
  }
}

TEST_F(WebArchive, KnowsCodeUnderAnotherName) {
  EXPECT_EQ(told_of("/var/www/html/a.zip", zip_of({{.name = "x.dat", .content = kShell}})),
            Told{"high /var/www/html/a.zip!x.dat"});
  EXPECT_EQ(told_of("/var/www/html/a.tar", tar_member("x.dat", kShell) + tar_end()),
            Told{"high /var/www/html/a.tar!x.dat"});
}

TEST_F(WebArchive, KeepsItsWeightWhereAServerRunsItAsItIs) {
  const std::string jsp = "<% Runtime.getRuntime().exec(request.getParameter(\"c\")); %>\n";
  const auto war = zip_of({{.name = "x.jsp", .content = jsp}});
  EXPECT_EQ(told_of("/var/lib/tomcat9/webapps/app.war", war),
            Told{"critical /var/lib/tomcat9/webapps/app.war!x.jsp"});
  EXPECT_EQ(told_of("/var/www/html/app.war", war), Told{"high /var/www/html/app.war!x.jsp"});
}

TEST_F(WebArchive, ShowsNamesThatLeadOutAndNeverFollowsThem) {
  root.write("/var/www/x.php", kClean);
  const auto path = "/var/www/html/a.zip";
  EXPECT_EQ(told_of(path, zip_of({{.name = "../../x\n.php", .content = kShell}})),
            Told{"high /var/www/html/a.zip!../../x\\x0a.php"});
}

TEST_F(WebArchive, IsSilentWhenClean) {
  EXPECT_EQ(told_of("/var/www/html/a.zip", zip_of({{.name = "a.php", .content = kClean},
                                                   {.name = "uploads/logo.png", .content = "\x89PNG\r\n"},
                                                   {.name = "empty", .content = ""}})),
            Told{});
  // Where archives are kept is no place where they are run.
  EXPECT_EQ(told_of("/var/www/html/uploads/a.zip", zip_of({{.name = "a.php", .content = kClean}})), Told{});
  EXPECT_EQ(told_of("/srv/a.zip", zip_of({{.name = "a.php", .content = kShell}})), Told{});
}

TEST_F(WebArchive, TellsWhatItCannotSee) {
  EXPECT_EQ(told_of("/var/www/html/e.zip", zip_of({{"x.php", "secret", true, true}, {"y", "s", true, true}})),
            Told{"gap encrypted members in it (2)"});
  EXPECT_EQ(told_of("/var/www/html/n.zip", zip_of({{.name = "in.zip", .content = "PK"}})),
            Told{"gap archives within it, which were not opened"});
  EXPECT_EQ(told_of("/var/www/html/j.zip", "no archive"), Told{"gap an archive that cannot be read"});
  const auto bytes = zip_of({{.name = "x.php", .content = kShell}, {.name = "y", .content = "y"}});
  EXPECT_EQ(told_of("/var/www/html/c.zip", bytes.substr(0, bytes.find("PK\x01\x02") + 30)),
            (Told{"high /var/www/html/c.zip!x.php", "gap its list of members is missing or damaged"}));
  const auto tar = gzip_of(tar_member("x.php", kShell) + tar_member("b", "b") + tar_end());
  EXPECT_EQ(told_of("/var/www/html/d.tgz", tar.substr(0, tar.size() - 30)),
            (Told{"high /var/www/html/d.tgz!x.php", "gap damaged members in it"}));
}

TEST_F(WebArchive, TakesNoMoreOfABombThanItsBounds) {
  const std::string zeros(40 << 20, '\0');
  EXPECT_EQ(told_of("/var/www/html/b.zip", zip_of({{.name = "b.php", .content = zeros}})),
            Told{"gap members in it of which only the beginning was looked at"});
  EXPECT_EQ(told_of("/var/www/html/b.tar.gz", gzip_of(tar_member("b", zeros) + tar_end())),
            Told{"gap it unpacks to more than is looked at"});
}

TEST(WebArchiveProofs, AreReadAgainFromTheArchive) {
  ExampleRoot root;
  const auto path = "/var/www/html/a.tar.gz";
  root.write(path, gzip_of(tar_member("a.php", kShell) + tar_member("../b.php", kShell) + tar_end()));
  const auto opened = evidence::SafeRoot::open(root.directory()).value();
  const auto book = RuleBook::shipped();
  const WebRules rules(book);
  const evidence::Artifacts artifacts;
  const evidence::DiskSurvey survey;
  const std::vector<evidence::LogFileSummary> logs;
  const std::vector<std::string> paths;
  const Scene scene{.root = opened,
                    .artifacts = artifacts,
                    .survey = survey,
                    .rules = book,
                    .logs = logs,
                    .log_paths = paths,
                    .until = {}};
  const auto size = std::string_view(path).size();
  const auto* rule = &book.rule("webshell.request_to_command");
  const WebFile a{std::string(path) + "!a.php", {}, rule, nullptr, size},
      b{std::string(path) + "!../b.php", {}, rule, nullptr, size},
      gone{std::string(path) + "!c.php", {}, rule, nullptr, size};
  const auto proofs = prove(scene, rules, {&a, &gone, &b});
  ASSERT_EQ(proofs.size(), 3U);
  EXPECT_EQ(proofs[0].value().lines.at(0).text, "<?php system($_POST['c']);");
  EXPECT_FALSE(proofs[1]);
  EXPECT_EQ(proofs[2].value().sha256, proofs[0].value().sha256);
}

TEST(WebArchiveBounds, StopAfterSoManyMembersAndBytes) {
  std::string tar;
  for (int i = 0; i < 20; ++i) tar += tar_member(std::to_string(i) + ".php", kClean);
  const evidence::OpenFile file(std::make_shared<const std::string>(tar),
                                {.kind = evidence::FileKind::kRegular, .size = tar.size()});
  std::size_t seen = 0;
  const auto take = [&](const std::string&, std::string_view, bool) { ++seen; };
  const auto go = [&](ArchiveBounds bounds) {
    seen = 0;
    return go_through_archive(
               "/a.tar", file, [] { return false; }, take, bounds)
        .faults;
  };
  EXPECT_TRUE(go({}).empty());
  EXPECT_EQ(seen, 20U);
  EXPECT_EQ(go({.members = 5}).begin()->first, "it has more members than are looked at");
  EXPECT_EQ(seen, 5U);
  EXPECT_EQ(go({.unpacked_bytes = 20'000}).begin()->first, "it unpacks to more than is looked at");
  EXPECT_LT(seen, 6U);
}

}  // namespace
}  // namespace rescue::detect
