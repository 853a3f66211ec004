#include "notices/announcements.hpp"

#include <algorithm>

#include "notices/texts.hpp"

namespace rescue::workflow {
namespace {

using incident::State;

std::string in_japan(Timestamp at) {
  return format_rfc3339(at, std::chrono::hours(9));
}

/// What is still to be answered as a numbered list, in both languages.
Json question_list(const Hearing& hearing) {
  const auto open = hearing.unanswered();
  Json out{{"ja", ""}, {"en", ""}};
  for (const auto* language : {"ja", "en"}) {
    std::string text;
    int number = 0;
    for (const auto& question : hearing.questions) {
      if (std::find(open.begin(), open.end(), question.value("id", "")) == open.end()) continue;
      if (!text.empty()) text += "\n";
      text += std::to_string(++number) + ". " + question.value(language, "");
    }
    out[language] = text;
  }
  return out;
}

Announcement about_hearing(const char* kind, std::string subject, const Hearing& hearing) {
  return {kind,
          std::move(subject),
          {{"questions", question_list(hearing)}, {"deadline", in_japan(from_us(hearing.deadline_us))}}};
}

}  // namespace

Status tell_report_taken(Casework& casework, store::Tx& tx, const Incident& incident,
                         const Message& message) {
  const Json reporter = message.body.value("reporter", Json::object());
  const auto report_id = message.body.value("report_id", "");
  Announcement what{"report_taken", report_id, {}};
  what.facts = {{"report_id", report_id},
                {"incident_id", message.incident_id},
                {"received_at", in_japan(from_us(message.body.value("received_us", std::int64_t{0})))}};
  const auto role = reporter.value("role", "");
  if (role == "web_form") return casework.notices.tell_customer(tx, incident, std::move(what));
  if (role != "reporter") return {};  // operators and programs read the answer
  return casework.notices.tell_reporter(tx, incident, reporter.value("key_id", ""), std::move(what));
}

Status tell_report_closed(Casework& casework, store::Tx& tx, const Incident& incident,
                          const ClosedReport& report) {
  return casework.notices.tell_reporter(tx, incident, report.key_id,
                                        {"report_closed",
                                         report.report_id,
                                         {{"report_id", report.report_id},
                                          {"incident_id", report.incident_id},
                                          {"received_at", in_japan(report.received)}}});
}

Status tell_situation(Casework& casework, store::Tx& tx, const Incident& incident) {
  const auto& shown = incident.situation;
  return casework.notices.tell_customer(tx, incident,
                                        {"situation",
                                         shown.value("sha256", ""),
                                         {{"situation", {{"ja", shown.at("ja")}, {"en", shown.at("en")}}},
                                          {"situation_sha256", shown.at("sha256")},
                                          {"confirmation", incident.confirmation}}});
}

Status tell_guidance(Casework& casework, store::Tx& tx, const Incident& incident,
                     const std::string& choice_id) {
  return casework.notices.tell_customer(tx, incident, {"self_remediation_guidance", choice_id, {}});
}

Status tell_order_accepted(Casework& casework, store::Tx& tx, const Incident& incident,
                           const std::string& order_id, std::int64_t total_yen, Timestamp begins) {
  RESCUE_ASSIGN(const auto order, tx.find("SELECT work_item FROM orders WHERE order_id = ?", {order_id}));
  return casework.notices.tell_customer(tx, incident,
                                        {"order_accepted",
                                         order_id,
                                         {{"order_id", order_id},
                                          {"work_item", work_item_words(order ? order->text(0) : "")},
                                          {"begins", in_japan(begins)},
                                          {"total_yen", with_thousands(total_yen)}}});
}

Status tell_hearing(Casework& casework, store::Tx& tx, const Incident& incident,
                    const std::string& order_id) {
  RESCUE_ASSIGN(const auto hearing, casework.hearings.load(tx, incident.id));
  if (!hearing || hearing->state != "open") return {};
  return casework.notices.tell_customer(tx, incident, about_hearing("hearing_questions", order_id, *hearing));
}

Status tell_of_hearing(Casework& casework, store::Tx& tx, const Incident& incident, const Hearing& hearing,
                       Casework::HearingEvent event) {
  const auto round = "round-" + std::to_string(hearing.round);
  switch (event) {
    case Casework::HearingEvent::kAskedMore:
      return casework.notices.tell_customer(tx, incident, about_hearing("hearing_questions", round, hearing));
    case Casework::HearingEvent::kReminder:
      return casework.notices.tell_customer(tx, incident, about_hearing("hearing_reminder", round, hearing));
    case Casework::HearingEvent::kClosedAtDeadline:
      break;  // the report says it
  }
  return {};
}

Status tell_report_ready(Casework& casework, store::Tx& tx, const Incident& incident) {
  const auto sha256 = incident.report_sha256.value_or("");
  return casework.notices.tell_customer(tx, incident, {"report_ready", sha256, {{"report_sha256", sha256}}});
}

Status tell_customer_task(Casework& casework, store::Tx& tx, const Incident& incident,
                          const CustomerTask& task) {
  Json words = Json::object();
  for (const auto* language : {"ja", "en"}) {
    words[language] = task.title.value(language, "") + "\n" + task.why.value(language, "");
  }
  return casework.notices.tell_customer(
      tx, incident,
      {"customer_task", task.id, {{"task_id", task.id}, {"advice", task.advice}, {"task", words}}});
}

Status tell_completed(Casework& casework, store::Tx& tx, const Incident& incident) {
  return casework.notices.tell_customer(tx, incident, {"completed", incident.report_sha256.value_or(""), {}});
}

Status tell_charge(Casework& casework, store::Tx& tx, const Incident& incident) {
  const auto charge_id = incident.charge.value("charge_id", "");
  return casework.notices.tell_customer(
      tx, incident,
      {"charge",
       charge_id,
       {{"charge_id", charge_id},
        {"total_yen", with_thousands(incident.charge.value("total_yen", std::int64_t{0}))}}});
}

Status tell_cancelled(Casework& casework, store::Tx& tx, const Incident& incident) {
  // Who was never told of the incident need not hear that it is over.
  if (incident.situation.is_null()) return {};
  return casework.notices.tell_customer(tx, incident, {"cancelled", "", {}});
}

Result<Json> announce_stop_window(Casework& casework, store::Tx& tx, const Incident& incident,
                                  const StopWindow& window, const std::string& actor) {
  if (incident.state != State::kOrdered && incident.state != State::kScheduled &&
      incident.state != State::kWorking) {
    return fail(ErrorCode::kConflict, "illegal-transition",
                "a server is stopped for work that is ordered and not over; the incident is " +
                    std::string(incident::to_string(incident.state)));
  }
  const auto now = casework.service.clock().now();
  const auto id = make_id("stp", now);
  RESCUE_TRY(tx.execute(
      "INSERT INTO stop_windows (window_id, incident_id, from_us, until_us, reason, "
      "announced_by, announced_us) VALUES (?,?,?,?,?,?,?)",
      {id, incident.id, to_us(window.from), to_us(window.until), window.reason, actor, to_us(now)}));
  Json out{{"window_id", id},
           {"incident_id", incident.id},
           {"from", format_rfc3339(window.from)},
           {"until", format_rfc3339(window.until)},
           {"reason", window.reason},
           {"announced_by", actor},
           {"announced_at", format_rfc3339(now)}};
  store::AuditRow row;
  row.at_us = to_us(now);
  row.incident_id = incident.id;
  row.actor = actor;
  row.action = "stop_window.announced";
  row.reason = window.reason;
  row.details = out;
  RESCUE_TRY(store::Audit::append(tx, row));
  RESCUE_TRY(casework.notices.tell_customer(tx, incident,
                                            {"stop_window",
                                             id,
                                             {{"window_id", id},
                                              {"from", in_japan(window.from)},
                                              {"until", in_japan(window.until)},
                                              {"reason", window.reason}}}));
  return out;
}

}  // namespace rescue::workflow
