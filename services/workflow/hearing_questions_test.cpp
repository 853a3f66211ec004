#include "hearing_questions.hpp"

#include <gtest/gtest.h>

#include "embedded.hpp"

namespace rescue::workflow {
namespace {

Json asked(std::vector<std::string> confirmation, const std::string& work_item,
           const Json& facts = Json::object()) {
  Incident incident;
  incident.category = "unknown";
  incident.confirmation = std::move(confirmation);
  return questions_for(embedded_json("data/hearing.json"), incident, work_item, facts);
}

bool holds(const Json& questions, const std::string& id) {
  for (const auto& question : questions) {
    if (question.at("id") == id) return true;
  }
  return false;
}

TEST(HearingQuestions, R14_GoWithWhatWasConfirmedAndOrdered) {
  const auto investigation = asked({"intrusion"}, "investigation");
  EXPECT_TRUE(holds(investigation, "own-changes"));
  EXPECT_FALSE(holds(investigation, "mail-senders"));
  EXPECT_FALSE(holds(investigation, "stop-window"));
  EXPECT_TRUE(holds(asked({"intrusion", "mail_abuse"}, "investigation"), "mail-senders"));
  EXPECT_TRUE(holds(asked({"mail_abuse"}, "mail_abuse_response"), "mail-held"));
  EXPECT_TRUE(holds(asked({"intrusion"}, "investigation_recovery"), "stop-window"));
  EXPECT_FALSE(holds(asked({"intrusion"}, "investigation_recovery"), "data-to-keep"));
  EXPECT_TRUE(holds(asked({"intrusion"}, "investigation_recovery_reinstall"), "data-to-keep"));
}

TEST(HearingQuestions, AreInBothLanguagesAndNamedOnce) {
  const Json data = embedded_json("data/hearing.json");
  std::set<std::string> ids;
  for (const auto& question : data.at("questions")) {
    EXPECT_TRUE(ids.insert(question.at("id")).second) << question;
    for (const auto* language : {"ja", "en"}) EXPECT_FALSE(question.at(language).get<std::string>().empty());
  }
  EXPECT_FALSE(data.at("version").get<std::string>().empty());
}

TEST(HearingQuestions, SayWhatIsKnownAndWhereFrom) {
  const Json facts{{"first_seen", {{{"from", "report"}, {"text", "2026-09-13T01:00:00.000Z"}}}}};
  const auto questions = asked({"intrusion"}, "investigation", facts);
  EXPECT_EQ(questions.at(0).at("id"), "first-noticed");
  EXPECT_EQ(questions.at(0).at("known"), facts.at("first_seen"));
  EXPECT_EQ(questions.at(1).at("known"), Json::array());
}

}  // namespace
}  // namespace rescue::workflow
