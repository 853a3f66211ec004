#include "options.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "app.hpp"

namespace rescue::probe {
namespace {

TEST(Options, TakesBothSpellings) {
  const auto options = parse_options(
      "investigate", {"--root=/mnt", "--out", "o.json", "--jobs", "3", "--since=2026-09-01T00:00:00+09:00",
                      "--stats", "s.json", "--time-limit", "60", "--package-cache", "/debs", "--yara",
                      "/rules", "--rules", "/own", "--sigma", "/sigma"});
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_EQ(options->root, "/mnt");
  EXPECT_EQ(options->out, "o.json");
  EXPECT_EQ(options->stats, "s.json");
  EXPECT_EQ(options->package_cache, "/debs");
  EXPECT_EQ(options->yara, "/rules");
  EXPECT_EQ(options->rules, "/own");
  EXPECT_EQ(options->sigma, "/sigma");
  EXPECT_EQ(options->investigation.jobs, 3U);
  EXPECT_EQ(options->investigation.since, parse_rfc3339("2026-08-31T15:00:00Z").value());
  EXPECT_EQ(options->investigation.time_limit, std::chrono::seconds(60));
}

TEST(Options, SigmaRulesAreForLogsNotForAFolderOfFiles) {
  EXPECT_FALSE(parse_options("scan", {"/srv/www", "--out", "o.json", "--sigma", "/rules"}));
}

TEST(Options, SaysWhatWouldBeRight) {
  const auto detail = [](std::vector<std::string> arguments) {
    return parse_options("investigate", arguments).error().detail;
  };
  EXPECT_EQ(detail({}), "--root DIR or --evidence DIR is missing");
  EXPECT_EQ(detail({"--root", "/x"}), "--out FILE.json is missing");
  EXPECT_EQ(detail({"--root", "/x", "--out", "o", "--jobs", "65"}), "--jobs takes a number from 1 to 64");
  EXPECT_EQ(detail({"--root", "/x", "--out", "o", "--jobs", "2x"}), "--jobs takes a number from 1 to 64");
  EXPECT_EQ(detail({"--root", "/x", "--evidence", "/y"}), "one of --root and --evidence, once");
  EXPECT_TRUE(detail({"--only", "ssh,kron"}).starts_with("--only takes names out of ssh, "));
  EXPECT_EQ(detail({"--progress", "loud"}), "--progress takes none, terminal or ndjson");
  EXPECT_EQ(detail({"--memory", "0"}), "--memory takes a number from 1 to 1048576");
  EXPECT_EQ(detail({"--language", "fr"}), "--language takes ja or en");
  EXPECT_EQ(detail({"--what", "x"}), "--what: no such option");
  EXPECT_EQ(detail({"--root"}), "--root takes a value");
}

TEST(Options, TakesLooseEvidenceMemoryAndFamilies) {
  const auto options =
      parse_options("investigate", {"--evidence", "/logs", "--out=o", "--memory", "256", "--only", "ssh,cron",
                                    "--progress=ndjson", "--html", "p.html", "--language=ja"});
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_TRUE(options->investigation.loose);
  EXPECT_EQ(options->root, "/logs");
  EXPECT_EQ(options->memory_bytes, 256U << 20U);
  EXPECT_EQ(options->investigation.only, (std::set<std::string>{"cron", "ssh"}));
  EXPECT_EQ(options->progress, ProgressForm::kLines);
  EXPECT_EQ(options->html, "p.html");
  EXPECT_EQ(options->language, report::Language::kJapanese);
}

TEST(Options, ScanTakesAFolder) {
  const auto options = parse_options("scan", {"/srv/www", "--out", "o.json"});
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_EQ(options->root, "/srv/www");
  EXPECT_TRUE(options->investigation.files_only);
  EXPECT_EQ(parse_options("scan", {"--out", "o.json"}).error().detail, "the folder to scan is missing");
}

TEST(App, TellsUsageFromFailure) {
  std::ostringstream out, err;
  EXPECT_EQ(run({"--version"}, out, err), kDone);
  EXPECT_EQ(out.str().substr(0, 13), "rescue-probe ");
  EXPECT_EQ(run({}, out, err), kUsage);
  EXPECT_EQ(run({"investigate", "--root", "/no/such/folder", "--out", "/no/such/o.json"}, out, err), kFailed);
}

TEST(Options, ARunningServersRootIsTheMachinesOwn) {
  const auto options = parse_options(
      "investigate", {"--root", "/", "--live", "--out", "o.json", "--clock", "2026-09-01T00:00:00Z"});
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_TRUE(options->live);
  EXPECT_TRUE(options->clock);
  EXPECT_FALSE(parse_options("investigate", {"--root", "/mnt", "--live", "--out", "o.json"}));
  EXPECT_FALSE(parse_options("investigate", {"--evidence", "/", "--live", "--out", "o.json"}));
  EXPECT_FALSE(parse_options("scan", {"/", "--live", "--out", "o.json"}));
}

}  // namespace
}  // namespace rescue::probe
