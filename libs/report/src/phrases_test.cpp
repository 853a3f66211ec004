#include "phrases.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rescue::report {
namespace {

std::set<std::string> names_in(const Json& wording) {
  std::set<std::string> out;
  const Json all = wording.is_array() ? wording : Json::array({wording});
  for (const Json& each : all) {
    const std::string text = each;
    for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1)) {
      out.insert(text.substr(open, text.find('}', open) - open + 1));
    }
  }
  return out;
}

void expect_same_shape(const Json& ja, const Json& en, const std::string& place) {
  if (ja.is_object()) {
    ASSERT_TRUE(en.is_object()) << place;
    for (const auto& [key, value] : ja.items()) {
      ASSERT_TRUE(en.contains(key)) << place << "/" << key << " is missing in English";
      expect_same_shape(value, en[key], place + "/" + key);
    }
    for (const auto& [key, value] : en.items()) {
      EXPECT_TRUE(ja.contains(key)) << place << "/" << key << " is missing in Japanese";
    }
    return;
  }
  EXPECT_EQ(names_in(ja), names_in(en)) << place;
}

TEST(Phrases, BothLanguagesHoldTheSameWordingsWithTheSameNames) {
  Json ja = Phrases::of(Language::kJapanese).data();
  Json en = Phrases::of(Language::kEnglish).data();
  // The probe writes English itself: only Japanese has its own wording of rules and gaps.
  for (const char* table : {"rules", "gap_reason", "gap_prevents", "timeline_text", "response_text"}) {
    EXPECT_TRUE(ja.contains(table));
    EXPECT_FALSE(en.contains(table));
    ja.erase(table);
  }
  // The original stands inside a Japanese sentence, and is the English one.
  for (Json* data : {&ja, &en}) (*data)["finding_fallback"].erase("title");
  expect_same_shape(ja, en, "");
}

TEST(Phrases, EveryRuleWordingEndsWithOneThatNeedsNothing) {
  for (const auto& [family, rules] : Phrases::of(Language::kJapanese).data()["rules"].items()) {
    for (const auto& [rule, wording] : rules.items()) {
      for (const char* part : {"title", "why", "benign"}) {
        ASSERT_TRUE(wording.contains(part)) << family << "." << rule;
        const Json& text = wording[part];
        EXPECT_TRUE(names_in(text.is_array() ? text.back() : text).empty()) << family << "." << rule;
      }
    }
  }
}

TEST(Phrases, TakesTheFirstWordingThatCanBeFilled) {
  const Phrases& en = Phrases::of(Language::kEnglish);
  EXPECT_EQ(en.say("entry.T1110", {{"account", "web"}, {"address", ""}}),
            "The password of account web was guessed and used to log in.");
  EXPECT_EQ(en.say("entry.T1110"), "A password was guessed and used to log in.");
}

TEST(Phrases, FillsAreNotReadAsWordings) {
  EXPECT_EQ(Phrases::of(Language::kEnglish).say("outcome_reason.gap", {{"path", "{path}"}}),
            "{path} could not be checked.");
}

TEST(Phrases, AnUnknownKeyIsABug) {
  EXPECT_THROW(both("heading.nowhere"), std::logic_error);
}

}  // namespace
}  // namespace rescue::report
