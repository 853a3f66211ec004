#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mini_root.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::detect {
namespace {

using testing::HasSubstr;

Json findings(const Json& document) {
  Json found = Json::array();
  for (const auto& finding : document.at("findings")) {
    if (finding.at("rule") == "yara.match") found.push_back(finding);
  }
  return found;
}

std::string gaps_of(const Json& document) {
  std::string text;
  for (const auto& gap : document.at("gaps"))
    text += gap.at("path").get<std::string>() + " " + gap.at("reason").get<std::string>() + "\n";
  return text;
}

TEST(YaraRules, BecomeFindingsWithOffsetsHashAndWhatTheRuleSaysOfItself) {
  MiniRoot root;
  root.write("/srv/data.bin", std::string("..\x1b marker \xff", 12));
  root.write_yara("set/a.yar",
                  R"(rule planted : T1505_003 { meta: description = "Planted" author = "W" score = 80
    mitre = "T1059.004, T99999" strings: $m = "\x1b marker" condition: $m })");
  const auto found = findings(root.investigate(2));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("title"), "The YARA rule planted matches /srv/data.bin");
  EXPECT_EQ(found[0].at("severity"), "high");
  EXPECT_EQ(found[0].at("attack_ids"), Json({"T1505.003", "T1059.004"}));
  EXPECT_THAT(found[0].at("why").get<std::string>(),
              HasSubstr("set/a.yar; description: Planted; author: W."));
  const auto& evidence = found[0].at("evidence")[0];
  EXPECT_EQ(evidence.at("offset"), 2);
  EXPECT_EQ(evidence.at("excerpt"), "$m: \\x1b marker");
  EXPECT_EQ(evidence.at("sha256"), sha256_hex(std::string_view("..\x1b marker \xff", 12)));
}

TEST(YaraRules, ABadFileIsAGapThatNamesFileAndLineAndTheOthersAreUsed) {
  MiniRoot root;
  root.write("/srv/data", "marker");
  root.write_yara("good.yar", "rule good { condition: true }");
  root.write_yara("bad.yar", "\n\nrule bad { condition: nothing }");
  root.write_yara("away.yar", "include \"../../../etc/passwd\"");
  const auto document = root.investigate();
  EXPECT_EQ(findings(document).size(), 1U);
  EXPECT_THAT(gaps_of(document), HasSubstr("/ the YARA rules in bad.yar were not used: line 3: "));
  EXPECT_THAT(gaps_of(document), HasSubstr("/ the YARA rules in away.yar were not used: "));
}

/// It says what is in a file, not who came how.
TEST(YaraRules, BearOutNoWayIn) {
  MiniRoot root;
  root.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nu:x:1000:1000::/home/u:/bin/bash\n");
  std::string log;
  for (int i = 10; i < 22; ++i) {
    log += "2026-09-13T01:00:" + std::to_string(i) +
           "Z web01 sshd[7]: Failed password for u from 198.51.100.7 port 4000 ssh2\n";
  }
  root.write("/var/log/auth.log",
             log +
                 "2026-09-13T01:00:30Z web01 sshd[8]: Accepted password for u from 198.51.100.7 port 4001 "
                 "ssh2\n");
  root.write("/home/u/shop.txt", "marker");
  root.set_time("/home/u/shop.txt", parse_rfc3339("2026-09-13T02:00:00Z").value());
  root.write_yara("a.yar", "rule planted { strings: $m = \"marker\" condition: $m }");
  const auto document = root.investigate();
  ASSERT_EQ(findings(document).size(), 1U);
  ASSERT_EQ(document.at("entry_vectors").size(), 1U);
  EXPECT_THAT(document.at("entry_vectors")[0].at("why").get<std::string>(),
              HasSubstr("Nothing else was found that followed it."));
}

TEST(YaraRules, AFolderWithoutARuleIsAGap) {
  MiniRoot root;
  root.write("/srv/data", "marker");
  root.write_yara("read.me", "nothing");
  EXPECT_THAT(gaps_of(root.investigate()), HasSubstr("there is no rule to use in it"));
}

TEST(YaraRules, AFloodOfMatchesIsCountedAndTheSameWhateverTheThreadsDo) {
  MiniRoot root;
  for (int i = 0; i < 700; ++i) root.write("/srv/f" + std::to_string(i), "marker");
  root.write("/srv/zz", "grave marker");
  root.write_yara("a.yar", R"(rule some { strings: $m = "marker" condition: $m }
    rule grave { meta: severity = "critical" strings: $m = "grave" condition: $m })");
  const auto one = root.investigate(1), three = root.investigate(3);
  EXPECT_EQ(findings(one), findings(three));
  EXPECT_EQ(findings(one).size(), 500U);
  EXPECT_EQ(one.at("counts").at("findings_left_out"), 202);
  EXPECT_TRUE(std::any_of(one.at("findings").begin(), one.at("findings").end(),
                          [](const Json& finding) { return finding.at("severity") == "critical"; }));
}

TEST(YaraRules, TheBeginningOfAVeryLargeFileIsSearchedAndTold) {
  MiniRoot root;
  root.write("/srv/large", "marker" + std::string(33 << 20, ' '));
  root.write_yara("a.yar", "rule some { strings: $m = \"marker\" condition: $m and filesize > 33MB }");
  const auto document = root.investigate();
  EXPECT_EQ(findings(document).size(), 1U);
  EXPECT_THAT(gaps_of(document), HasSubstr("/srv/large the YARA rules saw its first 32 MiB only"));
}

}  // namespace
}  // namespace rescue::detect
