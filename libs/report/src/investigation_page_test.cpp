#include "rescue/report/investigation_page.hpp"

#include <gtest/gtest.h>

#include <regex>

#include "test_input.hpp"

namespace rescue::report {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(InvestigationPage, SaysWhatTheDocumentSays) {
  const Json document = example_investigation();
  const std::string page = render_investigation(document, Language::kEnglish).value();
  EXPECT_TRUE(contains(page, "<b>Intrusion: confirmed</b>"));
  EXPECT_TRUE(contains(page, "<b>Mail abuse: "));
  for (const Json& finding : document["findings"]) {
    EXPECT_TRUE(contains(page, finding["id"].get<std::string>())) << finding["id"];
  }
  for (const char* heading : {"1.1 How they got in", "1.5 What we could not see", "1.6 How the disk was read",
                              "Appendix A. Timeline"}) {
    EXPECT_TRUE(contains(page, heading)) << heading;
  }
}

TEST(InvestigationPage, ListsTheSoftwareWithTheEndOfItsSupport) {
  Json document = example_investigation();
  document["software"] = {{{"name", "Drupal"},
                           {"kind", "application"},
                           {"version", "7.90"},
                           {"path", "/srv/<d>"},
                           {"source", "/srv/d/includes/bootstrap.inc"},
                           {"support_ended", "2025-01-05"}}};
  const std::string page = render_investigation(document, Language::kEnglish).value();
  EXPECT_TRUE(contains(page, "1.7 Web software and its versions"));
  EXPECT_TRUE(contains(page, "7.90"));
  EXPECT_TRUE(contains(page, "/srv/&lt;d&gt;"));
  EXPECT_TRUE(contains(page, "ended on 2025-01-05"));
  document.erase("software");
  EXPECT_FALSE(contains(render_investigation(document, Language::kEnglish).value(), "Web software"));
}

TEST(InvestigationPage, ShowsWhatRanOnARunningServer) {
  Json document = example_investigation();
  document["live"]["listeners"][0]["program"] = "/srv/<x>";
  const std::string page = render_investigation(document, Language::kEnglish).value();
  EXPECT_TRUE(contains(page, "The running server"));
  EXPECT_TRUE(contains(page, "/srv/&lt;x&gt;"));
  document["live"] = {{"listeners", {1, "x"}}, {"processes", 7}};
  EXPECT_TRUE(render_investigation(document, Language::kJapanese)) << "of another form it is passed over";
  document.erase("live");
  EXPECT_FALSE(contains(render_investigation(document, Language::kEnglish).value(), "The running server"));
}

TEST(InvestigationPage, SpeaksJapanese) {
  const std::string page = render_investigation(example_investigation(), Language::kJapanese).value();
  EXPECT_TRUE(contains(page, "<html lang=\"ja\">"));
  EXPECT_TRUE(contains(page, "1.1 侵入経路"));
}

TEST(InvestigationPage, RunsNothingThatTheDiskHolds) {
  Json document = example_investigation();
  const std::string attack = "</style><script>alert(1)</script><img src=x onerror=alert(1)>";
  document["host"]["hostname"] = attack;
  document["cause"]["why"] = attack;
  document["findings"][0]["title"] = attack;
  document["findings"][0]["severity"] = "info";
  document["sandbox"] = {{{"level", attack}, {"held", true}, {"why", attack}}};
  for (const Language language : {Language::kJapanese, Language::kEnglish}) {
    const std::string page = render_investigation(document, language).value();
    EXPECT_TRUE(contains(page, "default-src 'none'"));
    EXPECT_FALSE(std::regex_search(page, std::regex("<(script|img|iframe|link|object|embed|svg|form|a)\\b")));
  }
}

TEST(InvestigationPage, RefusesWhatIsNoDocument) {
  const auto page = render_investigation(Json::object(), Language::kEnglish);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace rescue::report
