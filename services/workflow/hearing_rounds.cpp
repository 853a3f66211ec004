// What becomes of a hearing over time: reminded of, closed at its deadline, opened again by an operator.
#include "hearing_rounds.hpp"

namespace rescue::workflow {
namespace {

using incident::State;

constexpr std::size_t kQuestionsMax = 20;
constexpr std::size_t kQuestionBytesMax = 2'000;
constexpr std::int64_t kDeadlineMinS = 60;
constexpr std::int64_t kDeadlineMaxS = 30 * 24 * 3'600;

struct MoreQuestions {
  Json questions = Json::array();
  std::string reason;
  std::optional<std::int64_t> deadline_s;
};

Result<MoreQuestions> read_more(const Json& body) {
  MoreQuestions more;
  JsonReader in(body);
  more.reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2'000});
  more.deadline_s = in.optional_integer("deadline_s", kDeadlineMinS, kDeadlineMaxS);
  const Json* questions = in.raw("questions");
  if (questions == nullptr || !questions->is_array() || questions->empty() ||
      questions->size() > kQuestionsMax) {
    in.fault("questions", "wrong-type", "must be a list of 1 to 20 questions: {\"ja\": text, \"en\": text}");
  }
  RESCUE_TRY(in.done());
  for (std::size_t i = 0; i < questions->size(); ++i) {
    JsonReader question((*questions)[i], "/questions/" + std::to_string(i));
    Json one{{"ja", question.text("ja", {.min_bytes = 1, .max_bytes = kQuestionBytesMax})},
             {"en", question.text("en", {.min_bytes = 1, .max_bytes = kQuestionBytesMax})}};
    RESCUE_TRY(question.done());
    more.questions.push_back(std::move(one));
  }
  return more;
}

void count_when_durable(service::Service& service, store::Tx& tx, const std::string& incident_id,
                        const char* event) {
  tx.after_commit([&service, incident_id, event] {
    service.log().info(std::string("hearing.") + event, {{"incident_id", incident_id}});
    service.metrics()
        .counter("rescue_hearings_total", "Hearings: more was asked, reminded of, not answered in time.",
                 {{"event", event}})
        .add();
  });
}

}  // namespace

Status Casework::close_overdue_hearings() {
  return service.database().write([&](store::Tx& tx) -> Status {
    RESCUE_ASSIGN(const auto overdue, hearings.overdue(tx));
    for (const auto& id : overdue) {
      RESCUE_ASSIGN(auto incident, incidents.load(tx, id));
      RESCUE_ASSIGN(const auto hearing, hearings.close_at_deadline(tx, id));
      if (incident.waiting_for == "hearing") incident.waiting_for.reset();
      const bool silent = hearing.silent();
      RESCUE_TRY(incidents.record(
          tx, incident, silent ? "hearing.no_reply" : "hearing.closed",
          {"system",
           silent ? "no answer until the deadline" : "the deadline passed with a part of the answers",
           {{"round", hearing.round}, {"unanswered", hearing.unanswered()}}}));
      count_when_durable(service, tx, id, silent ? "no_reply" : "closed");
      if (hearing_listener)
        RESCUE_TRY(hearing_listener(tx, incident, hearing, HearingEvent::kClosedAtDeadline));
      RESCUE_TRY(finish_work_if_complete(tx, incident, service::trace_of(incident.traceparent)));
    }
    return {};
  });
}

Status Casework::remind_of_hearings() {
  return service.database().write([&](store::Tx& tx) -> Status {
    RESCUE_ASSIGN(const auto due, hearings.to_remind(tx));
    for (const auto& id : due) {
      RESCUE_ASSIGN(auto incident, incidents.load(tx, id));
      RESCUE_ASSIGN(const auto hearing, hearings.load(tx, id));
      RESCUE_TRY(hearings.mark_reminded(tx, id));
      RESCUE_TRY(incidents.record(tx, incident, "hearing.reminded",
                                  {"system",
                                   "the deadline is near and the customer is still waited for",
                                   {{"round", hearing->round},
                                    {"unanswered", hearing->unanswered()},
                                    {"deadline", format_rfc3339(from_us(hearing->deadline_us))}}}));
      count_when_durable(service, tx, id, "reminded");
      if (hearing_listener) RESCUE_TRY(hearing_listener(tx, incident, *hearing, HearingEvent::kReminder));
    }
    return {};
  });
}

Result<Json> ask_more(Casework& casework, store::Tx& tx, const std::string& incident_id, const Json& body,
                      const std::string& actor, const Trace& trace) {
  RESCUE_ASSIGN(auto more, read_more(body));
  RESCUE_ASSIGN(auto incident, casework.incidents.load(tx, incident_id));
  if (incident.state != State::kScheduled && incident.state != State::kWorking) {
    return fail(ErrorCode::kConflict, "illegal-transition",
                "the incident is " + std::string(incident::to_string(incident.state)) +
                    ": the customer is asked while work is under way");
  }
  for (auto& question : more.questions) question["reason"] = more.reason;
  const auto deadline =
      more.deadline_s ? std::chrono::seconds(*more.deadline_s) : casework.config.hearing_deadline;
  RESCUE_ASSIGN(const auto hearing,
                casework.hearings.ask_more(tx, incident.id, std::move(more.questions), deadline));
  incident.waiting_for = "hearing";
  incident.traceparent = trace.traceparent();
  const auto until = format_rfc3339(from_us(hearing.deadline_us));
  RESCUE_TRY(casework.incidents.record(
      tx, incident, "hearing.asked_more",
      {actor,
       more.reason,
       {{"round", hearing.round}, {"unanswered", hearing.unanswered()}, {"deadline", until}}}));
  count_when_durable(casework.service, tx, incident.id, "asked_more");
  if (casework.hearing_listener) {
    RESCUE_TRY(casework.hearing_listener(tx, incident, hearing, Casework::HearingEvent::kAskedMore));
  }
  return Json{{"incident_id", incident.id},
              {"round", hearing.round},
              {"questions", hearing.unanswered()},
              {"deadline", until},
              {"version", incident.version}};
}

}  // namespace rescue::workflow
