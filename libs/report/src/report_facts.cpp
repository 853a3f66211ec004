#include "clean_text.hpp"
#include "phrases.hpp"
#include "report_parts.hpp"

namespace rescue::report {
namespace {

constexpr std::chrono::minutes kJapanOffset{9 * 60};
constexpr std::size_t kHearingItemsMax = 100;
constexpr std::size_t kAnswerCharsMax = 5'000;

std::string in_utc(Timestamp time) {
  std::string out = format_rfc3339(time, std::chrono::minutes{0});
  return out.substr(0, out.size() - 6) + "Z";
}

Json clean_both(const Text& text, std::size_t chars_max) {
  return {{"ja", clean_text(text.ja, {.chars_max = chars_max})},
          {"en", clean_text(text.en, {.chars_max = chars_max})}};
}

Json maybe_time(const std::optional<Timestamp>& time) {
  return time ? time_json(*time) : Json(nullptr);
}

}  // namespace

Json time_json(Timestamp time, std::optional<std::chrono::minutes> server_offset) {
  return {{"utc", in_utc(time)},
          {"jst", format_rfc3339(time, kJapanOffset)},
          {"server", server_offset ? format_rfc3339(time, *server_offset) : ""}};
}

Json incident_json(const ReportInput& input) {
  return {
      {"incident_id", clean_text(input.incident_id)}, {"order_id", clean_text(input.order_id)},
      {"server_id", clean_text(input.server_id)},     {"server_address", clean_text(input.server_address)},
      {"customer", clean_text(input.customer)},       {"work_item", input.work_item},
      {"notice_source", input.notice_source},         {"confirmation", input.confirmation}};
}

Json times_json(const ReportInput& input) {
  return {{"noticed", time_json(input.noticed_at)},
          {"confirmed", maybe_time(input.confirmed_at)},
          {"ordered", time_json(input.ordered_at)},
          {"work_started", time_json(input.work_started_at)},
          {"work_finished", time_json(input.work_finished_at)},
          {"reported", time_json(input.reported_at)}};
}

Json versions_json(const ReportInput& input, const Investigation& found) {
  return {{"runbook", clean_text(input.runbook_version)},
          {"terms", clean_text(input.terms_version)},
          {"specification", clean_text(input.specification_version)},
          {"probe", found.tool_version}};
}

Json hearing_json(const Hearing& hearing) {
  Json items = Json::array();
  for (const Hearing::Item& item : hearing.items) {
    if (items.size() == kHearingItemsMax) break;
    items.push_back(
        {{"id", clean_text(item.id)},
         {"question", clean_both(item.question, 1'000)},
         {"answer", clean_text(item.answer, {.chars_max = kAnswerCharsMax, .keep_newlines = true})}});
  }
  const bool answered = hearing.state == Hearing::State::kAnswered;
  return {{"state", answered ? "answered" : "no_reply"},
          {"asked", time_json(hearing.asked_at)},
          {"closed", time_json(hearing.closed_at)},
          {"items", items}};
}

Json consents_json(const std::vector<Consent>& consents) {
  Json out = Json::array();
  for (const Consent& consent : consents) {
    out.push_back({{"id", clean_text(consent.id)},
                   {"rule", clean_text(consent.rule)},
                   {"version", clean_text(consent.version)},
                   {"text", clean_both(consent.text, 2'000)}});
  }
  return out;
}

}  // namespace rescue::report
