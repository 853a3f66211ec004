#include "hearings.hpp"

#include "embedded.hpp"

namespace rescue::workflow {
namespace {

constexpr std::size_t kAnswerBytesMax = 10'000;

Status check_answers(const Json& questions, const Json& answers) {
  for (const auto& item : answers.items()) {
    bool asked = false;
    for (const auto& question : questions) asked = asked || question.at("id") == item.key();
    if (!asked) {
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

}  // namespace

Hearings::Hearings(service::Service& service, const Config& config)
    : service_(&service), config_(&config), questions_(embedded_json("data/hearing.json").at("questions")) {}

Status Hearings::open(store::Tx& tx, const std::string& incident_id) {
  const auto now_us = to_us(service_->clock().now());
  const auto deadline = std::chrono::duration_cast<std::chrono::microseconds>(config_->hearing_deadline);
  RESCUE_TRY(
      tx.execute("INSERT INTO hearings (incident_id, state, questions, answers, asked_us, deadline_us) "
                 "VALUES (?,'open',?,'{}',?,?)",
                 {incident_id, dump_json(questions_), now_us, now_us + deadline.count()}));
  return {};
}

Result<std::optional<Hearing>> Hearings::load(store::Tx& tx, const std::string& incident_id) const {
  RESCUE_ASSIGN(const auto row, tx.find("SELECT state, questions, answers, asked_us, deadline_us, closed_us "
                                        "FROM hearings WHERE incident_id = ?",
                                        {incident_id}));
  if (!row) return std::optional<Hearing>();
  Hearing hearing;
  hearing.state = row->text(0);
  hearing.questions = parse_json(row->text(1)).value_or(Json::array());
  hearing.answers = parse_json(row->text(2)).value_or(Json::object());
  hearing.asked_us = row->integer(3);
  hearing.deadline_us = row->integer(4);
  hearing.closed_us = row->integer(5);
  return std::optional<Hearing>(std::move(hearing));
}

Status Hearings::answer(store::Tx& tx, const std::string& incident_id, const Json& answers) {
  RESCUE_ASSIGN(const auto hearing, load(tx, incident_id));
  if (!hearing || hearing->state != "open") {
    return fail(ErrorCode::kConflict, "hearing-closed",
                hearing ? "the hearing is over: " + hearing->state : "there is no hearing before the order");
  }
  RESCUE_TRY(check_answers(hearing->questions, answers));
  RESCUE_TRY(
      tx.execute("UPDATE hearings SET state = 'answered', answers = ?, closed_us = ? WHERE incident_id = ?",
                 {dump_json(answers), to_us(service_->clock().now()), incident_id}));
  return {};
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

Status Hearings::close_without_reply(store::Tx& tx, const std::string& incident_id) {
  RESCUE_TRY(tx.execute(
      "UPDATE hearings SET state = 'no_reply', closed_us = ? WHERE incident_id = ? AND state = 'open'",
      {to_us(service_->clock().now()), incident_id}));
  return {};
}

Json to_json(const Hearing& hearing) {
  Json out{{"state", hearing.state},
           {"questions", hearing.questions},
           {"answers", hearing.answers},
           {"asked_at", format_rfc3339(from_us(hearing.asked_us))},
           {"deadline", format_rfc3339(from_us(hearing.deadline_us))}};
  if (hearing.closed_us != 0) out["closed_at"] = format_rfc3339(from_us(hearing.closed_us));
  return out;
}

}  // namespace rescue::workflow
