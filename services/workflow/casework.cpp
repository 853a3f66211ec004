#include "casework.hpp"

#include <algorithm>
#include <chrono>

#include "desk/duplicates.hpp"
#include "fees.hpp"
#include "linked_orders.hpp"
#include "notices/announcements.hpp"
#include "rescue/base/broken_rule.hpp"
#include "rescue/catalog/contracts.hpp"
#include "rescue/incident/messages.hpp"
#include "unread_reports.hpp"

namespace rescue::workflow {
namespace {

namespace messages = incident::messages;
using incident::Event;
using incident::State;

std::string actor_of(const Message& message) {
  return "worker:" + message.body.value("worker", "");
}

}  // namespace

Casework::Casework(service::Service& service_in, const Config& config_in, catalog::Contracts& contracts,
                   Jobs::Options job_options)
    : service(service_in),
      config(config_in),
      business_days(config_in.business),
      sla(service_in, business_days, config_in.sla),
      annexes(config_in.annexes.directory),
      incidents(service_in, sla),
      tasks(service_in),
      notices(service_in, config_in, tasks),
      hearings(service_in, config_in),
      sealing_keys(config_in.sealing_public_keys),
      standings(contracts, service_in.clock()),
      jobs(service_in, config_in, tasks, standings,
           {.started = [this](store::Tx& tx, const Job& job,
                              const Message& m) { return on_job_started(tx, job, m); },
            .succeeded = [this](store::Tx& tx, const Job& job,
                                const Message& m) { return on_job_succeeded(tx, job, m); }},
           std::move(job_options)) {}

Status Casework::on_report(store::Tx& tx, const Message& message) {
  JsonReader in(message.body);
  const auto report_id = in.text("report_id");
  const auto received_us = in.integer("received_us", 0, INT64_MAX);
  const auto server_id = in.text("server_id");
  const auto customer = in.text("customer");
  const auto category = in.one_of("category", {"intrusion", "mail_abuse", "unknown"});
  const auto source = in.one_of("source", {"third_party", "customer"});
  const auto seen_at_us = in.optional_integer("seen_at_us", 0, INT64_MAX);
  // Of these the message is kept whole; those who ask for them read it (complaints.hpp).
  const auto of_report = in.optional_text("of_report");
  for (const auto* key : {"summary", "reporter", "raw_sha256", "complaint", "addresses"}) in.raw(key);
  RESCUE_TRY(in.done());

  Incident fresh;
  fresh.id = message.incident_id;
  fresh.server_id = server_id;
  fresh.customer = customer;
  fresh.category = category;
  fresh.notice_source = source;
  RESCUE_ASSIGN(fresh.runbook_version, runbook_on(received_us));
  fresh.traceparent = message.traceparent;
  fresh.opened_us = received_us;
  const auto window = std::chrono::duration_cast<std::chrono::microseconds>(config.duplicate_window);
  RESCUE_ASSIGN(auto open,
                incidents.open_for(tx, server_id, customer, category, received_us - window.count()));
  std::optional<Likeness> like;
  if (!open) {
    RESCUE_ASSIGN(like, find_likeness(*this, tx, fresh, seen_at_us));
    // Several late reports of one thing are one question.
    if (like && like->proposal == kSameIncident) {
      RESCUE_ASSIGN(open, incidents.held_for(tx, fresh));
    }
  }
  std::string incident_id = fresh.id;
  if (open) {
    RESCUE_TRY(merge(tx, message, *open));
    incident_id = open->id;
  } else {
    // Intake's clock may be ahead of ours, and no step may lie before the first.
    fresh.opened_us = std::min(received_us, to_us(service.clock().now()));
    RESCUE_TRY(incidents.open(tx, fresh, {"system", "report " + report_id, {{"report_id", report_id}}}));
  }
  RESCUE_TRY(tx.execute(
      "INSERT INTO reports (report_id, incident_id, body, received_us, addressed_id) VALUES (?,?,?,?,?)",
      {report_id, incident_id, dump_json(message.body), received_us, message.incident_id}));
  RESCUE_TRY(service.send(tx, "intake", std::string(messages::kReportTaken), message.incident_id,
                          {{"report_id", report_id},
                           {"incident_id", incident_id},
                           {"merged_into", open ? Json(incident_id) : Json()}},
                          service::trace_of(message)));
  RESCUE_TRY(tell_report_taken(*this, tx, open ? *open : fresh, message));
  if (of_report) RESCUE_TRY(take_unread_report(*this, tx, message, open ? *open : fresh));
  if (!open) {
    if (like) RESCUE_TRY(propose_duplicate(*this, tx, fresh, *like, report_id));
    // R42: what is proposed as a duplicate begins nothing before a person has decided.
    if (like && like->proposal == kSameIncident) return {};
    return start_precheck(tx, fresh, {"system", "a report was received"}, service::trace_of(message));
  }
  // New evidence about something that was not confirmed is a reason to look again.
  if (open->state != State::kUnconfirmed) return {};
  return start_precheck(tx, *open, {"system", "another report was received"}, service::trace_of(message));
}

Result<std::string> Casework::runbook_on(std::int64_t at_us) const {
  RESCUE_ASSIGN(const auto runbook,
                annexes.current()->documents->on(catalog::kRunbook, catalog::day_in_tokyo(from_us(at_us))));
  return runbook.version;
}

Status Casework::merge(store::Tx& tx, const Message& message, Incident& target) {
  RESCUE_TRY(tx.execute("INSERT INTO aliases (incident_id, merged_into, merged_at_first) VALUES (?,?,?)",
                        {message.incident_id, target.id, target.id}));
  if (target.category == "unknown") target.category = message.body.value("category", "unknown");
  return incidents.record(
      tx, target, "report.merged",
      {"system",
       "the same server and category as an open incident",
       {{"report_id", message.body.value("report_id", "")}, {"merged_id", message.incident_id}}});
}

Status Casework::start_precheck(store::Tx& tx, Incident& incident, const Cause& cause, const Trace& trace) {
  RESCUE_TRY(incidents.advance(tx, incident, Event::kStartPrecheck, cause));
  return jobs.dispatch(tx, incident, incident::kPrecheckJob, trace);
}

Status Casework::on_job_started(store::Tx& tx, const Job& job, const Message& message) {
  if (!is_work_item(job.kind)) return {};
  RESCUE_ASSIGN(auto incident, incidents.load(tx, job.incident_id));
  if (incident.state != State::kScheduled) return {};  // a later attempt of work that has begun
  return incidents.advance(tx, incident, Event::kStartWork,
                           {actor_of(message), "the work began", {{"job_id", job.id}}});
}

Status Casework::on_job_succeeded(store::Tx& tx, const Job& job, const Message& message) {
  RESCUE_ASSIGN(auto incident, incidents.load(tx, job.incident_id));
  if (job.kind == incident::kMailAbuseUndoJob) {
    return incidents.trail(tx, incident, "response.undone",
                           {actor_of(message),
                            "the responder worked on the server",
                            {{"job_id", job.id},
                             {"document_sha256", job.document_sha256},
                             {"undo", job.summary.value("undo", Json::object())}}});
  }
  const auto* kind = incident::find_job_kind(jobs.kinds(), job.kind);
  // R32: a result that comes when nobody waits for it any more stays with its job.
  if (kind == nullptr || incident.state != kind->awaited_in) return {};
  if (job.kind == incident::kPrecheckJob) return on_precheck(tx, incident, job, message);
  if (job.kind == incident::kInvestigationJob)
    return on_work(tx, incident, job, message, "investigation.finished", "the probe read the server");
  if (job.kind == incident::kMailAbuseJob)
    return on_work(tx, incident, job, message, "response.finished", "the responder worked on the server");
  return {};
}

Status Casework::on_precheck(store::Tx& tx, Incident& incident, const Job& job, const Message& message) {
  incident.precheck = job.summary;
  incident.precheck["document_sha256"] = job.document_sha256;
  RESCUE_TRY(incidents.record(tx, incident, "precheck.finished",
                              {actor_of(message), "the probe looked at the server"}));
  return tasks.open(tx, {incident.id, "judge_precheck"}, incident.precheck);
}

Status Casework::on_work(store::Tx& tx, Incident& incident, const Job& job, const Message& message,
                         const std::string& action, const std::string& reason) {
  incident.document_sha256 = job.document_sha256;
  RESCUE_TRY(incidents.record(tx, incident, action,
                              {actor_of(message), reason, {{"document_sha256", job.document_sha256}}}));
  return finish_work_if_complete(tx, incident, service::trace_of(message));
}

Status Casework::finish_work_if_complete(store::Tx& tx, Incident& incident, const Trace& trace) {
  if (incident.state != State::kWorking || !incident.document_sha256) return {};
  RESCUE_ASSIGN(const auto hearing, hearings.load(tx, incident.id));
  if (!hearing || (hearing->state == "open" && !broken("hearing-before-report"))) return {};
  incident.waiting_for.reset();
  incident.traceparent = trace.traceparent();
  RESCUE_TRY(
      incidents.advance(tx, incident, Event::kFinishWork,
                        {"system", "result and hearing are both there", {{"hearing", hearing->state}}}));
  tx.after_commit([this] { service.wake("customer-reports"); });
  return {};
}

Status Casework::charge(store::Tx& tx, const Incident& incident, const std::string& outcome,
                        const Trace& trace) {
  RESCUE_ASSIGN(const auto order,
                tx.find("SELECT order_id, quote_id FROM orders WHERE incident_id = ? AND state = 'accepted'",
                        {incident.id}));
  if (!order)
    return fail(ErrorCode::kCorrupt, "internal-error", "an incident was worked on without an accepted order");
  const auto now = service.clock().now();
  RESCUE_TRY(Fees::due(tx, order->text(0), outcome, now));
  return service.send(tx, "pricing", std::string(messages::kChargeCreate), incident.id,
                      {{"order_id", order->text(0)},
                       {"quote_id", order->text(1)},
                       {"outcome", outcome},
                       {"completed_us", to_us(now)}},
                      trace);
}

Status Casework::on_charge_created(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(auto incident, incidents.load(tx, message.incident_id));
  const auto charge_id = message.body.value("charge_id", "");
  incident.charge = {{"charge_id", charge_id},
                     {"total_yen", message.body.value("total_yen", std::int64_t{0})}};
  RESCUE_TRY(Fees::charged(tx, message.body.value("order_id", ""), charge_id,
                           message.body.value("total_yen", std::int64_t{0})));
  RESCUE_TRY(incidents.record(tx, incident, "charge.created",
                              {"service:pricing", "charge " + charge_id, incident.charge}));
  return tell_charge(*this, tx, incident);
}

Status Casework::forget_unanswered_access() {
  constexpr std::chrono::days kWait(7);
  return service.database().write([&](store::Tx& tx) -> Status {
    RESCUE_ASSIGN(const auto waiting,
                  SealedAccess::undos_waiting_since(tx, to_us(service.clock().now() - kWait)));
    for (const auto& id : waiting) {
      RESCUE_ASSIGN(const bool was_there, SealedAccess::withdraw(tx, SealedAccess::of_undo(id)));
      if (!was_there) continue;  // another replica was here
      RESCUE_ASSIGN(const auto incident, incidents.load(tx, id));
      RESCUE_TRY(incidents.trail(tx, incident, "access.deleted",
                                 {"system", "an undo waited a week for a second person"}));
    }
    return {};
  });
}

}  // namespace rescue::workflow
