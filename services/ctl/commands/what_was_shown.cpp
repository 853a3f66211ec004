// What the customer was shown when it chose and ordered: for a dispute.
#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

std::string comparison_of(const Json& choice) {
  const auto kept = choice.value("comparison", Json::object());
  if (!kept.is_object() || !kept.value("recorded", false)) return "nothing is recorded as shown\n";
  const auto document = kept.value("document", Json::object());
  return facts({{"Comparison", field(document, "comparison_id")},
                {"Shown at", field(document, "at")},
                {"SHA-256", field(kept, "sha256")}}) +
         (document.contains("items") ? comparison_text(document) : "");
}

std::string choice_text(const Json& choice, const std::string& heading) {
  if (!choice.is_object()) return {};
  const auto actor = choice.value("actor", Json::object());
  const auto situation = choice.value("shown", Json::object());
  return "\n" + heading + "\n" +
         facts({{"Choice", field(choice, "choice")},
                {"By", field(actor, "customer") + "/" + field(actor, "person")},
                {"At", field(choice, "chosen_at")},
                {"Situation (SHA-256)", field(situation, "sha256")}}) +
         comparison_of(choice);
}

std::string order_text(const Json& order) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& consent : order.value("consents", Json::array())) {
    rows.push_back({field(consent, "id"), field(consent, "version"), field(consent, "language"),
                    field(consent, "shown"), field(consent, "accepted_at"), field(consent, "text_sha256")});
  }
  return "\nOrder\n" +
         facts({{"Order", field(order, "order_id")},
                {"State", field(order, "state")},
                {"Quote", field(order, "quote_id")},
                {"All that was shown (SHA-256)", field(order, "shown_sha256")}}) +
         table({"CONSENT", "TEXT", "LANGUAGE", "SHOWN", "ACCEPTED", "SHA-256"}, rows);
}

std::string shown_text(const Json& incident) {
  if (incident.contains("merged_into")) {
    return escaped(field(incident, "incident_id") + " was merged into " + field(incident, "merged_into")) +
           ".\n";
  }
  auto out = "Incident " + escaped(field(incident, "incident_id")) + "\n" +
             choice_text(incident.value("choice", Json()), "Choice in force");
  for (const auto& choice : incident.value("earlier_choices", Json::array())) {
    out += choice_text(choice, "Earlier choice");
  }
  for (const auto& order : incident.value("orders", Json::array())) out += order_text(order);
  return out;
}

}  // namespace

Status show_what_was_shown(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto incident, session.api.get("/v1/incidents/" + segment(given.words.at(0))));
  Json shown;
  for (const auto* key : {"incident_id", "merged_into", "choice", "earlier_choices", "orders"}) {
    if (incident.contains(key)) shown[key] = incident.at(key);
  }
  return session.show(shown, shown_text);
}

}  // namespace rescue::ctl
