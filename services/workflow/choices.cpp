// R28, R29: the customer is shown the situation and chooses; who, when, the text shown and the comparison
// chosen from are stored. Where one is named, pricing says first whether it was shown so.
#include "notices/announcements.hpp"
#include "requests.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/incident/messages.hpp"

namespace rescue::workflow {
namespace {

struct ChoiceBody {
  std::string choice, situation_sha256;
  std::string comparison_id, comparison_sha256;  ///< "": none was named

  bool service() const { return choice == "service"; }
  incident::Event event() const {
    return service() ? incident::Event::kChooseService : incident::Event::kChooseSelfRemediation;
  }
};

Result<ChoiceBody> read_choice(const Json& body) {
  ChoiceBody out;
  JsonReader in(body);
  out.choice = in.one_of("choice", {"self_remediation", "service"});
  out.situation_sha256 = in.text("situation_sha256");
  if (auto comparison = in.optional_object("comparison")) {
    out.comparison_id = comparison->text("id");
    out.comparison_sha256 = comparison->text("sha256");
    RESCUE_TRY(comparison->done());
  }
  RESCUE_TRY(in.done());
  return out;
}

Status check_choice(const Casework& casework, store::Tx& tx, const Incident& incident,
                    const ChoiceBody& choice) {
  RESCUE_TRY(incident::next(incident.state, choice.event()));
  if (incident.situation.is_null()) {
    return fail(ErrorCode::kConflict, "illegal-transition",
                "nothing was confirmed that the customer could choose about");
  }
  if (incident.situation.value("sha256", "") != choice.situation_sha256) {
    return fail(ErrorCode::kConflict, "situation-changed",
                "the situation is not the one that was shown; show the present one and ask again",
                "/situation_sha256");
  }
  if (incident.state != incident::State::kClosed) return {};
  RESCUE_ASSIGN(const auto newer,
                casework.incidents.open_for(tx, incident.server_id, incident.customer, incident.category));
  if (!newer) return {};
  return fail(ErrorCode::kConflict, "illegal-transition",
              "this incident is closed and the server has a newer one, " + newer->id + "; choose there");
}

Status ask_pricing(Casework& casework, store::Tx& tx, const CustomerRequest& request,
                   const Incident& incident, const ChoiceBody& choice) {
  RESCUE_ASSIGN(const auto merged_ids, casework.incidents.merged_ids(tx, incident.id));
  return casework.service.send(tx, "pricing", std::string(incident::messages::kComparisonCheck), incident.id,
                               {{"request_id", request.id},
                                {"comparison_id", choice.comparison_id},
                                {"comparison_sha256", choice.comparison_sha256},
                                {"server_id", incident.server_id},
                                {"customer", incident.customer},
                                {"submitted_us", request.submitted_us},
                                {"merged_ids", merged_ids}},
                               request.trace);
}

/// What the choice keeps of pricing's answer: the document, under the hash that the customer's choice names.
Result<Json> as_shown(const ChoiceBody& choice, const Json& document) {
  Json unnamed = document;
  if (unnamed.is_object()) unnamed.erase("sha256");
  if (sha256_hex(dump_json(unnamed)) != choice.comparison_sha256) {
    return fail(ErrorCode::kCorrupt, "internal-error", "the comparison is not the one that the choice names");
  }
  return Json{{"recorded", true}, {"sha256", choice.comparison_sha256}, {"document", document}};
}

/// For the audit trail: the hash holds the document that lies with the choice.
Json named(const ChoiceBody& choice) {
  if (choice.comparison_id.empty()) return {{"recorded", false}};
  return {{"recorded", true}, {"comparison_id", choice.comparison_id}, {"sha256", choice.comparison_sha256}};
}

Result<Json> keep_choice(Casework& casework, store::Tx& tx, const CustomerRequest& request,
                         Incident& incident, const ChoiceBody& choice, const Json& comparison) {
  RESCUE_TRY(
      tx.execute("INSERT INTO choices (request_id, incident_id, choice, actor, shown, comparison, chosen_us) "
                 "VALUES (?,?,?,?,?,?,?)",
                 {request.id, incident.id, choice.choice, dump_json(request.actor_json()),
                  dump_json(incident.situation), dump_json(comparison), request.submitted_us}));
  incident.choice = choice.choice;
  incident.waiting_for = choice.service() ? std::optional<std::string>("order") : std::nullopt;
  incident.traceparent = request.trace.traceparent();
  RESCUE_TRY(casework.incidents.advance(tx, incident, choice.event(),
                                        {request.actor(),
                                         "choice by web form",
                                         {{"request_id", request.id},
                                          {"situation_sha256", choice.situation_sha256},
                                          {"comparison", named(choice)}}}));
  RESCUE_TRY(casework.notices.receive_all(tx, incident.id, "situation", choice.situation_sha256,
                                          {"web_form", request.actor(), "the customer chose"}));
  if (!choice.service()) RESCUE_TRY(tell_guidance(casework, tx, incident, request.id));
  return Json{{"incident_id", incident.id},
              {"choice", choice.choice},
              {"state", incident::to_string(incident.state)},
              {"comparison_recorded", comparison.at("recorded")}};
}

/// A choice that waited for pricing says less than one that came after it and was taken at once.
Status check_latest(store::Tx& tx, const CustomerRequest& request, const Incident& incident) {
  RESCUE_ASSIGN(
      const auto newer,
      tx.find("SELECT 1 FROM choices WHERE incident_id = ? AND (chosen_us > ? OR (chosen_us = ? AND "
              "request_id > ?)) LIMIT 1",
              {incident.id, request.submitted_us, request.submitted_us, request.id}));
  if (!newer) return {};
  return fail(ErrorCode::kConflict, "illegal-transition", "the customer has chosen anew meanwhile");
}

}  // namespace

Result<std::optional<Json>> take_choice(Casework& casework, store::Tx& tx, const CustomerRequest& request,
                                        Incident& incident) {
  RESCUE_ASSIGN(const auto choice, read_choice(request.body));
  RESCUE_TRY(check_choice(casework, tx, incident, choice));
  if (!choice.comparison_id.empty()) {
    RESCUE_TRY(ask_pricing(casework, tx, request, incident, choice));
    return std::optional<Json>();
  }
  RESCUE_ASSIGN(auto taken, keep_choice(casework, tx, request, incident, choice, {{"recorded", false}}));
  return std::optional<Json>(std::move(taken));
}

Result<Json> accept_choice(Casework& casework, store::Tx& tx, const CustomerRequest& request,
                           const Json& checked) {
  RESCUE_ASSIGN(auto incident, casework.incidents.load(tx, request.addressed_id));
  RESCUE_ASSIGN(const auto choice, read_choice(request.body));
  // Again: much may have happened while pricing was asked.
  RESCUE_TRY(check_choice(casework, tx, incident, choice));
  RESCUE_TRY(check_latest(tx, request, incident));
  RESCUE_ASSIGN(const auto comparison, as_shown(choice, checked.value("comparison", Json())));
  return keep_choice(casework, tx, request, incident, choice, comparison);
}

}  // namespace rescue::workflow
