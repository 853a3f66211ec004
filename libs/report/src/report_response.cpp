// R13, R17: what was done about the abuse of a server's mail.
#include <algorithm>
#include <array>

#include "clean_text.hpp"
#include "phrases.hpp"
#include "report_parts.hpp"
#include "reword.hpp"

namespace rescue::report {
namespace {

using Step = Investigation::Response::Step;

/// What the responder wrote in English, in other words where there are some.
std::string in_japanese(const std::string& english) {
  return reword(Phrases::of(Language::kJapanese).data()["response_text"], english).value_or(english);
}

Json words_of(const std::string& english) {
  return {{"ja", in_japanese(english)}, {"en", english}};
}

Json left_of(const Investigation::Response::Manual& one) {
  const auto say = [](Language language, const std::string& title, const std::string& why) {
    return Phrases::of(language).say("response.manual", {{"title", title}, {"why", why}});
  };
  return {{"ja", say(Language::kJapanese, in_japanese(one.title), in_japanese(one.why))},
          {"en", say(Language::kEnglish, one.title, one.why)}};
}

Json notes_of(const Step& step) {
  Json notes = Json::array();
  for (const auto& note : step.notes) notes.push_back(words_of(note));
  return notes;
}

/// "suspend-account:sales" is the account sales.
Json title_of(const Step& step, bool relays_still) {
  const auto colon = std::min(step.id.find(':'), step.id.size());
  const auto kind = step.id.substr(0, colon);
  const auto what = step.id.substr(std::min(colon + 1, step.id.size()));
  constexpr std::array<std::pair<std::string_view, const char*>, 4> kKinds{
      {{"close-relay", "response.step.close_relay"},
       {"suspend-account", "response.step.suspend_account"},
       {"stop-script", "response.step.stop_script"},
       {"purge-queue", "response.step.purge_queue"}}};
  if (kind == "close-relay" && relays_still) return both("response.step.relays_still");
  for (const auto& [name, key] : kKinds) {
    if (kind == name && step.state != "refused") return both(key, {{"what", what}});
  }
  return words_of(step.title);
}

}  // namespace

Json response_json(const Investigation& found) {
  const auto& response = *found.response;
  Json steps = Json::array(), left = Json::array(), stays = Json::array();
  for (const auto& step : response.steps) {
    steps.push_back({{"title", title_of(step, response.relays_still)},
                     {"state", step.state},
                     {"files", step.files},
                     {"notes", notes_of(step)}});
  }
  for (const auto& one : response.manual) left.push_back(left_of(one));
  for (const auto& one : response.stays)
    stays.push_back(both("response.stay." + one.what, {{"place", one.place}}));
  const bool clean = found.intrusion.state == "none_found";
  return {
      {"state", response.outcome},
      {"text", both("response." + response.outcome)},
      {"steps", std::move(steps)},
      {"left", std::move(left)},
      {"stays", std::move(stays)},
      {"recommendation",
       {{"work_item", "none"}, {"reason", both(clean ? "response.no_further" : "response.look_further")}}}};
}

Outcome judge_response(const ReportInput& input, const Investigation& found) {
  Outcome out;
  out.state = found.cause_known                          ? "cause_identified"
              : found.mail_abuse.state == "undetermined" ? "limited_evidence"
                                                         : "cause_unknown";
  out.headline = both("headline.mail_" + found.response->outcome, {{"server", clean_text(input.server_id)}});
  const std::string& mail = found.mail_abuse.state;
  if (mail == "confirmed" || mail == "suspected") {
    out.reasons.push_back(both("outcome_reason.mail_" + mail));
  } else {
    out.reasons.push_back(both("response.not_seen"));
  }
  return out;
}

}  // namespace rescue::report
