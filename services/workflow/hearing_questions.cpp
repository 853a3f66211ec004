// Which questions the customer is asked, and what is known about them beforehand.
#include "hearing_questions.hpp"

#include <algorithm>

namespace rescue::workflow {
namespace {

bool names_one_of(const Json& question, const char* key, const std::vector<std::string>& wanted) {
  const auto it = question.find(key);
  if (it == question.end()) return true;
  return std::any_of(it->begin(), it->end(), [&](const Json& name) {
    return std::find(wanted.begin(), wanted.end(), name.get<std::string>()) != wanted.end();
  });
}

/// What was confirmed; before that, what was reported.
std::vector<std::string> kinds_of(const Incident& incident) {
  return incident.confirmation.empty() ? std::vector{incident.category} : incident.confirmation;
}

void add(Json& facts, const char* name, const char* from, const std::string& text) {
  if (!text.empty()) facts[name].push_back({{"from", from}, {"text", text}});
}

void add_seen_by_precheck(Json& facts, const Json& precheck) {
  if (!precheck.is_object()) return;
  const Json seen = precheck.value("seen", Json::object());
  add(facts, "first_seen", "precheck", seen.value("first_at", ""));
  add(facts, "os", "precheck", seen.value("os", ""));
  for (const auto* name : {"addresses", "accounts"}) {
    for (const auto& text : seen.value(name, Json::array()))
      add(facts, name, "precheck", text.get<std::string>());
  }
}

}  // namespace

Result<Json> known_facts(store::Tx& tx, const Incident& incident) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT body FROM reports WHERE incident_id = ? ORDER BY received_us, "
                         "report_id LIMIT 200",
                         {incident.id}));
  std::int64_t first_us = INT64_MAX;
  for (const auto& row : rows) {
    const Json body = parse_json(row.text(0)).value_or(Json::object());
    const auto seen = body.find("seen_at_us");
    if (seen != body.end() && seen->is_number_integer())
      first_us = std::min(first_us, seen->get<std::int64_t>());
  }
  Json facts = Json::object();
  if (first_us != INT64_MAX) add(facts, "first_seen", "report", format_rfc3339(from_us(first_us)));
  add_seen_by_precheck(facts, incident.precheck);
  return facts;
}

Json questions_for(const Json& data, const Incident& incident, const std::string& work_item,
                   const Json& facts) {
  Json out = Json::array();
  for (const auto& question : data.at("questions")) {
    if (!names_one_of(question, "confirmation", kinds_of(incident))) continue;
    if (!names_one_of(question, "work_items", {work_item})) continue;
    Json known = Json::array();
    for (const auto& name : question.value("known", Json::array())) {
      for (const auto& fact : facts.value(name.get<std::string>(), Json::array())) known.push_back(fact);
    }
    out.push_back({{"id", question.at("id")},
                   {"ja", question.at("ja")},
                   {"en", question.at("en")},
                   {"round", 1},
                   {"known", std::move(known)}});
  }
  return out;
}

}  // namespace rescue::workflow
