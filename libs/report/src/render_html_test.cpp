#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>

#include "test_input.hpp"

namespace rescue::report {
namespace {

std::string page_of(Json investigation, Language language) {
  return render_html(build_customer_report(example_input(std::move(investigation))).value(), language);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(RenderHtml, PutsTheVerdictFirst) {
  const std::string page = page_of(example_investigation(), Language::kJapanese);
  EXPECT_TRUE(contains(page, "<html lang=\"ja\">"));
  const auto verdict = page.find("サーバ srv-1001 は不正侵入を受けており、侵入経路を特定しました。");
  ASSERT_NE(verdict, std::string::npos);
  EXPECT_LT(verdict, page.find("1. 原因調査"));
}

TEST(RenderHtml, R1_HasTheThreeSectionsInBothLanguages) {
  const std::string ja = page_of(example_investigation(), Language::kJapanese);
  const std::string en = page_of(example_investigation(), Language::kEnglish);
  for (const char* heading : {"1. 原因調査", "2. 復旧作業", "3. 対策"}) EXPECT_TRUE(contains(ja, heading));
  for (const char* heading : {"1. Investigation", "2. Recovery", "3. Countermeasures"}) {
    EXPECT_TRUE(contains(en, heading));
  }
}

TEST(RenderHtml, LoadsAndRunsNothing) {
  for (const Language language : {Language::kJapanese, Language::kEnglish}) {
    const std::string page = page_of(example_investigation(), language);
    EXPECT_TRUE(contains(page, "default-src 'none'; style-src 'unsafe-inline'"));
    EXPECT_FALSE(std::regex_search(page, std::regex("<(script|img|iframe|link|object|embed|svg|form|a)\\b")));
    EXPECT_FALSE(contains(page, "url("));
    EXPECT_FALSE(contains(page, "@import"));
  }
}

/// What attackers put into file names, user names and log lines.
const char* const kPayloads[] = {
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg/onload=alert(1)>",
    "</style><script>alert(1)</script>",
    "</pre></figure><iframe src=//x>",
    "&lt;script&gt;&#60;b&#62;",
    "<!--",
    "]]>",
    "{account}",
    "javascript:alert(1)",
};

/// Every text of the document that evidence can reach.
void poison(Json& value, const std::string& payload) {
  static const std::set<std::string> kWords{"severity", "confidence", "state", "id",
                                            "finding",  "technique",  "time",  "utc_offset",
                                            "sha256",   "from",       "to",    "at"};
  for (auto& [key, child] : value.items()) {
    if (child.is_structured() && key != "chain" && key != "attack_ids") {
      poison(child, payload);
    } else if (child.is_string() && !kWords.contains(key)) {
      child = payload + child.get<std::string>();
    }
  }
}

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(RenderHtml, NoTextOfTheEvidenceBecomesMarkup) {
  for (const Language language : {Language::kJapanese, Language::kEnglish}) {
    const std::string honest = page_of(example_investigation(), language);
    for (const char* payload : kPayloads) {
      Json found = example_investigation();
      poison(found, payload);
      ReportInput in = example_input(found);
      in.hearing->items[0].answer = payload;
      in.server_id = payload;
      in.customer = payload;
      in.consents[0].text.ja = in.consents[0].text.en = payload;
      const std::string page = render_html(build_customer_report(in).value(), language);
      for (const char* tag : {"<script", "<img", "<svg", "<iframe", "<!--", "onerror=alert(1)>"}) {
        EXPECT_FALSE(contains(page, tag)) << payload;
      }
      EXPECT_EQ(count_of(page, "</style>"), 1U) << payload;
      EXPECT_EQ(count_of(page, "<pre>"), count_of(honest, "<pre>")) << payload;
      EXPECT_EQ(count_of(page, "<pre>"), count_of(page, "</pre>")) << payload;
    }
  }
}

TEST(RenderHtml, ShowsControlAndBidiCharactersAsCodes) {
  Json found = example_investigation();
  found["findings"][4]["evidence"][0]["excerpt"] = "\x1b]0;x\x07 \u202Egpj.exe \u2028";
  const std::string page = page_of(found, Language::kEnglish);
  EXPECT_TRUE(contains(page, "\\x1B]0;x\\x07 \\u{202E}gpj.exe \\u{2028}"));
  for (const char* hidden : {"\x1b", "\x07", "\u202E", "\u2028"}) EXPECT_FALSE(contains(page, hidden));
}

TEST(RenderHtml, EveryTagThatOpensCloses) {
  for (const Json& found : {example_investigation(), clean_investigation()}) {
    const std::string page = page_of(found, Language::kJapanese);
    for (const std::string tag : {"section", "article", "table", "thead", "tbody", "tr", "ul", "ol", "li",
                                  "dl", "div", "p", "h2", "h3", "h4", "figure", "main", "body", "html"}) {
      const std::size_t opened = count_of(page, "<" + tag + ">") + count_of(page, "<" + tag + " ");
      EXPECT_EQ(opened, count_of(page, "</" + tag + ">")) << tag;
    }
  }
}

TEST(RenderHtml, ACleanServerIsCalledClean) {
  const std::string page = page_of(clean_investigation(), Language::kJapanese);
  EXPECT_TRUE(contains(page, "不正侵入の痕跡は見つかりませんでした"));
  EXPECT_TRUE(contains(page, "<section class=\"verdict none_found\">"));
}

TEST(RenderHtml, TellsGraveFindingsThatAreInNoChain) {
  Json found = example_investigation();
  Json open_door = found["findings"][1];
  open_door["id"] = "F006";
  open_door["rule"] = "accounts.empty_password";
  open_door["attack_ids"] = {"T1078.003"};
  found["findings"].push_back(open_door);
  const std::string page = page_of(found, Language::kJapanese);
  EXPECT_TRUE(contains(page, "そのほかの検出"));
  EXPECT_TRUE(contains(page, "<span class=\"id\">F006</span>"));
}

TEST(RenderHtml, SurvivesAReportWithPartsMissing) {
  for (const Json& broken : {Json::object(), Json(nullptr), Json::array(), Json{{"outcome", 3}},
                             Json{{"investigation", {{"findings", {{"items", {1, "x", nullptr}}}}}}}}) {
    EXPECT_TRUE(contains(render_html(broken, Language::kJapanese), "</html>"));
  }
}

TEST(RenderHtml, SaysTheSameOfManyFilesOnce) {
  Json found = example_investigation();
  const Json gap = found["gaps"][0];
  for (int i = 0; i < 20; ++i) {
    found["gaps"].push_back(gap);
    found["gaps"].back()["path"] = "/var/log/mail.log." + std::to_string(i + 1);
  }
  found["gaps"].push_back(gap);
  found["gaps"].back()["prevents"] = "knowing what cron runs from this file";
  const std::string page = page_of(found, Language::kEnglish);
  EXPECT_EQ(count_of(page, "the last line is cut off"), 2U)
      << "once for each thing that it keeps us from knowing";
  EXPECT_TRUE(contains(page, "We cannot say: knowing what cron runs from this file"));
  EXPECT_TRUE(contains(page, "/var/log/mail.log.7\n"));
  EXPECT_FALSE(contains(page, "/var/log/mail.log.8"));
  EXPECT_TRUE(contains(page, "There are 13 more."));
}

TEST(RenderHtml, SaysHowTheDiskWasReadAndWhichWallWasMissing) {
  Json found = example_investigation();
  for (auto& wall : found["sandbox"]) {
    if (wall["level"] == "landlock")
      wall = {{"level", "landlock"}, {"held", false}, {"why", "<the kernel> has none"}};
  }
  const std::string page = page_of(found, Language::kJapanese);
  EXPECT_TRUE(contains(page, "1.6 ディスクの読み取り方法"));
  EXPECT_TRUE(contains(page, "システムコールの制限(seccomp)"));
  EXPECT_TRUE(contains(page, "&lt;the kernel&gt; has none"));
  found.erase("sandbox");
  EXPECT_FALSE(contains(page_of(found, Language::kJapanese), "1.6 ディスクの読み取り方法"));
}

TEST(RenderHtml, R39_StandsOnThePage) {
  EXPECT_TRUE(contains(page_of(example_investigation(), Language::kEnglish), "There is no guarantee"));
}

}  // namespace
}  // namespace rescue::report
