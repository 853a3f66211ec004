// The rules of an incident's course.
#include <algorithm>
#include <array>

#include "rescue/incident/job_kinds.hpp"
#include "watch.hpp"

namespace rescue::simulation {
namespace {

using incident::Event;
using incident::State;

std::string text(const Json& json, const char* key) {
  const auto it = json.find(key);
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
}

store::Row one_row(store::Tx& tx, std::string_view sql, const std::string& id) {
  const auto row = tx.find(sql, {id});
  if (!row) throw std::runtime_error(row.error().detail);
  if (!*row) throw Broken("what an audit row tells of is there: " + std::string(sql) + " " + id);
  return **row;
}

/// Work that only an order allows.
bool is_work(const std::string& kind) {
  const auto* known = incident::find_job_kind(incident::job_kinds(), kind);
  return known != nullptr && known->awaited_in && !incident::is_wanted(*known, State::kPrecheck);
}

}  // namespace

void Watch::on_workflow(store::Tx& tx, const store::AuditRow& row) {
  if (row.action == "incident.opened") return on_opened(tx, row);
  if (row.action == "incident.transition") return on_transition(tx, row);
  if (row.action.starts_with("job.")) return on_job(row);
  auto& incident = cases_[row.incident_id];
  if (row.action == "charge.created" && !incident.charges.insert(text(row.details, "charge_id")).second) {
    broken("a charge is told once", row);
  }
  constexpr std::array kEdits{"hearing.answered", "hearing.no_reply",       "precheck.finished",
                              "report.merged",    "investigation.finished", "response.finished",
                              "report.made"};
  const bool is_edit = std::find(kEdits.begin(), kEdits.end(), row.action) != kEdits.end();
  if (is_edit && incident.state == State::kCompleted) broken("R32: a completed incident is not edited", row);
}

void Watch::on_opened(store::Tx& tx, const store::AuditRow& row) {
  auto [it, fresh] = cases_.try_emplace(row.incident_id);
  if (!fresh) broken("an incident is opened once", row);
  it->second.last_step_us =
      one_row(tx, "SELECT opened_us FROM incidents WHERE incident_id = ?", row.incident_id).integer(0);
  if (const auto first = text(row.details, "follows"); !first.empty()) return on_follow_up(it->second, first);
  const auto others = tx.query(
      "SELECT b.incident_id FROM incidents a JOIN incidents b ON a.server_id = b.server_id AND a.customer ="
      " b.customer AND a.category = b.category AND a.incident_id <> b.incident_id WHERE a.incident_id = ?",
      {row.incident_id});
  for (const auto& other : *others) {
    const auto state = cases_[other.text(0)].state;
    // What is reported and not yet looked at may be a duplicate itself.
    const bool takes_no_more = incident::is_final(state) || state == State::kReported ||
                               state == State::kReporting || state == State::kSelfRemediation;
    if (!takes_no_more) broken("R42: an open incident takes the reports of its server", row);
  }
}

/// It begins where an order can be taken: what was confirmed and chosen stands.
void Watch::on_follow_up(Case& next, const std::string& first) {
  next.state = State::kAwaitingChoice;
  next.confirmed = cases_[first].confirmed;
  next.chosen = cases_[first].chosen;
}

void Watch::on_transition(store::Tx& tx, const store::AuditRow& row) {
  auto& incident = cases_[row.incident_id];
  const auto from = text(row.details, "from"), name = text(row.details, "event"),
             to = text(row.details, "to");
  const auto edges = incident::edges();
  const bool legal = std::any_of(edges.begin(), edges.end(), [&](const incident::Edge& edge) {
    return incident::to_string(edge.from) == from && incident::to_string(edge.event) == name &&
           incident::to_string(edge.to) == to;
  });
  if (!legal) broken("R32: every step stands in the table", row);
  if (from != incident::to_string(incident.state)) broken("a step begins where the last one ended", row);
  if (row.at_us < incident.last_step_us)
    broken("time adds up: a step is no earlier than the one before", row);
  incident.last_step_us = row.at_us;
  incident.state = incident::parse_state(to).value();
  const auto is = [&](Event event) { return name == incident::to_string(event); };
  if (is(Event::kConfirm)) incident.confirmed = true;
  if (is(Event::kChooseService) || is(Event::kChooseSelfRemediation)) {
    if (!incident.confirmed) broken("R28: nothing is chosen before it is confirmed", row);
    incident.chosen = is(Event::kChooseService);
  }
  if (is(Event::kAcceptOrder)) on_order_accepted(tx, row);
  if (is(Event::kStartWork)) {
    if (!incident.ordered) broken("R30: no work before the order", row);
    incident.begun = true;
  }
  if (is(Event::kFinishWork)) on_work_finished(tx, row);
  if (is(Event::kDeliverReport)) on_delivered(tx, row);
  if (incident::is_final(incident.state)) on_over(tx, row);
}

void Watch::on_over(store::Tx& tx, const store::AuditRow& row) {
  const auto kept = tx.find("SELECT 1 FROM sealed_access WHERE incident_id = ?", {row.incident_id});
  if (kept && *kept) broken("what is over is not gone into any more: its access is deleted", row);
}

void Watch::on_order_accepted(store::Tx& tx, const store::AuditRow& row) {
  auto& incident = cases_[row.incident_id];
  if (!incident.confirmed) broken("R27: an unconfirmed incident is not ordered", row);
  if (!incident.chosen) broken("R29: no order before the choice", row);
  const auto order =
      one_row(tx, "SELECT request_id, quote_id, quote_sha256, total_yen FROM orders WHERE order_id = ?",
              text(row.details, "order_id"));
  for (const auto& consent : consents_) {
    if (!consented_[order.text(0)].contains(consent))
      broken("R33-R45: every consent item is accepted: " + consent, row);
  }
  const auto& quote = quotes_[order.text(1)];
  if (quote.sha256 != order.text(2)) broken("an order names its quote by its hash", row);
  if (quote.total_yen != order.integer(3)) broken("R41: the order has the quote's price", row);
  incident.ordered = true;
}

void Watch::on_work_finished(store::Tx& tx, const store::AuditRow& row) {
  const auto hearing = one_row(tx, "SELECT state FROM hearings WHERE incident_id = ?", row.incident_id);
  if (hearing.text(0) == "open") broken("R14: no end of work before the hearing", row);
  const auto result =
      one_row(tx, "SELECT document_sha256 FROM incidents WHERE incident_id = ?", row.incident_id);
  if (result.is_null(0)) broken("R14: no end of work without its result", row);
}

void Watch::on_delivered(store::Tx& tx, const store::AuditRow& row) {
  const auto incident =
      one_row(tx, "SELECT report_sha256, delivery FROM incidents WHERE incident_id = ?", row.incident_id);
  const auto delivery = parse_json(incident.text(1)).value_or(Json::object());
  if (incident.text(0).empty() || text(delivery, "report_sha256") != incident.text(0)) {
    broken("R31: no completion without the delivered report", row);
  }
}

void Watch::on_job(const store::AuditRow& row) {
  const auto& incident = cases_[row.incident_id];
  const bool goes =
      row.action == "job.queued" || row.action == "job.started" || row.action == "job.succeeded";
  if (goes && is_work(text(row.details, "kind")) && !incident.ordered)
    broken("R30: no work before the order", row);
  if (row.action != "job.succeeded") return;
  // The worker says in its summary which attempt it was.
  const auto told = row.details.value(Json::json_pointer("/summary/findings/info"), std::int64_t{-1});
  if (told != row.details.at("attempt").get<std::int64_t>()) {
    broken("what an old attempt says is refused: attempt " + std::to_string(told), row);
  }
}

}  // namespace rescue::simulation
