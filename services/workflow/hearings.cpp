#include "hearings.hpp"

#include "embedded.hpp"
#include "hearing_questions.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::workflow {
namespace {

constexpr std::size_t kAnswerBytesMax = 10'000;
constexpr std::size_t kQuestionsMax = 100;
constexpr int kPartsShown = 200;

bool is_asked(const Json& questions, const std::string& id) {
  for (const auto& question : questions) {
    if (question.value("id", "") == id) return true;
  }
  return false;
}

Status check_answers(const Json& questions, const Json& answers) {
  for (const auto& item : answers.items()) {
    if (!is_asked(questions, item.key())) {
      return fail(ErrorCode::kInvalid, "unknown-field", "no such question was asked",
                  "/answers/" + item.key());
    }
    if (!item.value().is_string() || item.value().get_ref<const std::string&>().size() > kAnswerBytesMax) {
      return fail(ErrorCode::kInvalid, "wrong-type", "an answer is a text of at most 10,000 bytes",
                  "/answers/" + item.key());
    }
  }
  return {};
}

/// What is kept of one part: who said what, and when.
std::string evidence_of(const std::string& incident_id, std::int64_t round, const HearingPart& part) {
  Json evidence = {{"incident_id", incident_id},
                   {"request_id", part.request_id},
                   {"round", round},
                   {"submitted_at", format_rfc3339(from_us(part.submitted_us))},
                   {"complete", part.complete},
                   {"answers", part.answers}};
  for (const auto& [name, value] : part.actor.items()) evidence[name] = value;
  return dump_json(evidence);
}

Result<Json> submissions_of(store::Tx& tx, const std::string& incident_id) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT evidence, sha256 FROM hearing_answers WHERE incident_id = ? "
                         "ORDER BY answered_us, request_id LIMIT ?",
                         {incident_id, kPartsShown}));
  Json out = Json::array();
  for (const auto& row : rows) {
    Json part = parse_json(row.text(0)).value_or(Json::object());
    part["sha256"] = row.text(1);
    out.push_back(std::move(part));
  }
  return out;
}

std::int64_t us_of(std::chrono::seconds time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

}  // namespace

std::vector<std::string> Hearing::unanswered() const {
  std::vector<std::string> out;
  for (const auto& question : questions) {
    const auto id = question.value("id", "");
    if (question.value("round", std::int64_t{1}) == round && !answers.contains(id)) out.push_back(id);
  }
  return out;
}

bool Hearing::silent() const {
  for (const auto& question : questions) {
    const bool of_this_round = question.value("round", std::int64_t{1}) == round;
    if (of_this_round && answers.contains(question.value("id", ""))) return false;
  }
  return true;
}

Hearings::Hearings(service::Service& service, const Config& config)
    : service_(&service), config_(&config), data_(embedded_json("data/hearing.json")) {}

Result<bool> Hearings::open(store::Tx& tx, const Incident& incident, const std::string& work_item) {
  RESCUE_ASSIGN(const auto facts, known_facts(tx, incident));
  Json questions = questions_for(data_, incident, work_item, facts);
  RESCUE_ASSIGN(auto before, load(tx, incident.id));
  if (before) {
    Json fresh = Json::array();
    for (auto& question : questions) {
      if (!is_asked(before->questions, question.at("id"))) fresh.push_back(std::move(question));
    }
    if (fresh.empty()) return before->state == "open";
    RESCUE_TRY(next_round(tx, incident.id, *std::move(before), std::move(fresh), config_->hearing_deadline));
    return true;
  }
  const auto now_us = to_us(service_->clock().now());
  RESCUE_TRY(
      tx.execute("INSERT INTO hearings (incident_id, state, version, questions, answers, asked_us, round_us, "
                 "deadline_us) VALUES (?,'open',?,?,'{}',?,?,?)",
                 {incident.id, data_.at("version").get<std::string>(), dump_json(questions), now_us, now_us,
                  now_us + us_of(config_->hearing_deadline)}));
  return true;
}

Result<Hearing> Hearings::next_round(store::Tx& tx, const std::string& incident_id, Hearing hearing,
                                     Json questions, std::chrono::seconds deadline) {
  if (hearing.questions.size() + questions.size() > kQuestionsMax) {
    return fail(ErrorCode::kConflict, "too-many-questions",
                "a hearing has at most " + std::to_string(kQuestionsMax) + " questions", "/questions");
  }
  // What the round before left open is asked on.
  const auto open = hearing.state == "open" ? hearing.unanswered() : std::vector<std::string>();
  ++hearing.round;
  for (auto& question : hearing.questions) {
    for (const auto& id : open) {
      if (question.value("id", "") == id) question["round"] = hearing.round;
    }
  }
  for (auto& question : questions) {
    question["round"] = hearing.round;
    hearing.questions.push_back(std::move(question));
  }
  const auto now_us = to_us(service_->clock().now());
  hearing.state = "open";
  hearing.round_us = now_us;
  hearing.deadline_us = now_us + us_of(deadline);
  RESCUE_TRY(tx.execute(
      "UPDATE hearings SET state = 'open', round = ?, questions = ?, round_us = ?, deadline_us = ?, "
      "reminded_us = NULL, closed_us = NULL WHERE incident_id = ?",
      {hearing.round, dump_json(hearing.questions), now_us, hearing.deadline_us, incident_id}));
  return hearing;
}

Result<Hearing> Hearings::ask_more(store::Tx& tx, const std::string& incident_id, Json questions,
                                   std::chrono::seconds deadline) {
  RESCUE_ASSIGN(auto hearing, must_load(tx, incident_id));
  for (std::size_t i = 0; i < questions.size(); ++i) {
    questions[i]["id"] = "more-" + std::to_string(hearing.round + 1) + "-" + std::to_string(i + 1);
    questions[i]["known"] = Json::array();
  }
  return next_round(tx, incident_id, std::move(hearing), std::move(questions), deadline);
}

Result<std::optional<Hearing>> Hearings::load(store::Tx& tx, const std::string& incident_id) const {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT state, version, round, questions, answers, asked_us, round_us, "
                        "deadline_us, reminded_us, closed_us FROM hearings WHERE incident_id = ?",
                        {incident_id}));
  if (!row) return std::optional<Hearing>();
  Hearing hearing;
  hearing.state = row->text(0);
  hearing.version = row->text(1);
  hearing.round = row->integer(2);
  hearing.questions = parse_json(row->text(3)).value_or(Json::array());
  hearing.answers = parse_json(row->text(4)).value_or(Json::object());
  hearing.asked_us = row->integer(5);
  hearing.round_us = row->integer(6);
  hearing.deadline_us = row->integer(7);
  hearing.reminded_us = row->integer(8);
  hearing.closed_us = row->integer(9);
  RESCUE_ASSIGN(hearing.submissions, submissions_of(tx, incident_id));
  return std::optional<Hearing>(std::move(hearing));
}

Result<Hearing> Hearings::must_load(store::Tx& tx, const std::string& incident_id) const {
  RESCUE_ASSIGN(auto hearing, load(tx, incident_id));
  if (hearing) return *std::move(hearing);
  return fail(ErrorCode::kConflict, "hearing-closed", "there is no hearing before the order");
}

Result<std::pair<Hearing, std::string>> Hearings::answer(store::Tx& tx, const std::string& incident_id,
                                                         const HearingPart& part) {
  RESCUE_ASSIGN(auto hearing, must_load(tx, incident_id));
  if (hearing.state != "open") {
    return fail(ErrorCode::kConflict, "hearing-closed", "the hearing is over: " + hearing.state);
  }
  RESCUE_TRY(check_answers(hearing.questions, part.answers));
  const auto now_us = to_us(service_->clock().now());
  const auto evidence = evidence_of(incident_id, hearing.round, part);
  const auto sha256 = sha256_hex(evidence);
  RESCUE_TRY(tx.execute(
      "INSERT INTO hearing_answers (request_id, incident_id, evidence, sha256, answered_us) VALUES "
      "(?,?,?,?,?)",
      {part.request_id, incident_id, evidence, sha256, now_us}));
  hearing.answers.update(part.answers);
  if (part.complete) {
    hearing.state = "answered";
    hearing.closed_us = now_us;
  }
  RESCUE_TRY(
      tx.execute("UPDATE hearings SET state = ?, answers = ?, closed_us = ? WHERE incident_id = ?",
                 {hearing.state, dump_json(hearing.answers),
                  part.complete ? store::Value(now_us) : store::Value(std::monostate{}), incident_id}));
  return std::pair(std::move(hearing), sha256);
}

Result<std::vector<std::string>> Hearings::overdue(store::Tx& tx) const {
  RESCUE_ASSIGN(const auto rows, tx.query("SELECT incident_id FROM hearings h WHERE state = 'open' AND "
                                          "deadline_us <= ? AND EXISTS (SELECT 1 FROM "
                                          "incidents i WHERE i.incident_id = h.incident_id AND i.state NOT "
                                          "IN ('completed','cancelled','closed')) "
                                          "LIMIT 100",
                                          {to_us(service_->clock().now())}));
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(row.text(0));
  return ids;
}

Result<std::vector<std::string>> Hearings::to_remind(store::Tx& tx) const {
  const auto now_us = to_us(service_->clock().now());
  RESCUE_ASSIGN(
      const auto rows,
      tx.query("SELECT incident_id FROM hearings h WHERE state = 'open' AND reminded_us IS NULL AND "
               "deadline_us <= ? AND deadline_us > ? AND round_us + (deadline_us - round_us) / 2 <= ? AND "
               "EXISTS (SELECT 1 FROM incidents i WHERE i.incident_id = h.incident_id AND i.state NOT IN "
               "('completed','cancelled','closed')) LIMIT 100",
               {now_us + us_of(config_->hearing_reminder), now_us, now_us}));
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(row.text(0));
  return ids;
}

Status Hearings::mark_reminded(store::Tx& tx, const std::string& incident_id) {
  RESCUE_TRY(tx.execute("UPDATE hearings SET reminded_us = ? WHERE incident_id = ?",
                        {to_us(service_->clock().now()), incident_id}));
  return {};
}

Result<Hearing> Hearings::close_at_deadline(store::Tx& tx, const std::string& incident_id) {
  RESCUE_ASSIGN(auto hearing, must_load(tx, incident_id));
  hearing.state = hearing.answers.empty() ? "no_reply" : "answered";
  hearing.closed_us = to_us(service_->clock().now());
  RESCUE_TRY(
      tx.execute("UPDATE hearings SET state = ?, closed_us = ? WHERE incident_id = ? AND state = 'open'",
                 {hearing.state, hearing.closed_us, incident_id}));
  return hearing;
}

Json to_json(const Hearing& hearing) {
  Json out{{"state", hearing.state},
           {"version", hearing.version},
           {"round", hearing.round},
           {"questions", hearing.questions},
           {"answers", hearing.answers},
           {"unanswered", hearing.unanswered()},
           {"submissions", hearing.submissions},
           {"asked_at", format_rfc3339(from_us(hearing.asked_us))},
           {"deadline", format_rfc3339(from_us(hearing.deadline_us))}};
  if (hearing.reminded_us != 0) out["reminded_at"] = format_rfc3339(from_us(hearing.reminded_us));
  if (hearing.closed_us != 0) out["closed_at"] = format_rfc3339(from_us(hearing.closed_us));
  return out;
}

}  // namespace rescue::workflow
