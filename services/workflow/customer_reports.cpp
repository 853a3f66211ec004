#include "customer_reports.hpp"

#include <algorithm>

#include "customer_tasks.hpp"
#include "desk/desk.hpp"
#include "notices/announcements.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/report/customer_report.hpp"

namespace rescue::workflow {
namespace {

using incident::State;

std::string text_of(const Json& value, const char* language) {
  return value.is_object() ? value.value(language, "") : std::string();
}

report::Hearing report_hearing(const Hearing& hearing) {
  report::Hearing out;
  out.state =
      hearing.state == "answered" ? report::Hearing::State::kAnswered : report::Hearing::State::kNoReply;
  out.asked_at = from_us(hearing.asked_us);
  out.closed_at = from_us(hearing.closed_us);
  for (const auto& question : hearing.questions) {
    const auto id = question.value("id", "");
    out.items.push_back(
        {id, {text_of(question, "ja"), text_of(question, "en")}, hearing.answers.value(id, "")});
  }
  return out;
}

std::vector<report::Consent> report_consents(const Json& consents) {
  std::vector<report::Consent> out;
  for (const auto& item : consents) {
    if (!item.is_object()) continue;
    const Json text = item.value("text", Json::object());
    out.push_back({item.value("id", ""),
                   item.value("rule", ""),
                   item.value("version", ""),
                   {text_of(text, "ja"), text_of(text, "en")}});
  }
  return out;
}

report::Text report_text(const Json& words) {
  return {text_of(words, "ja"), text_of(words, "en")};
}

report::ManualFinding report_finding(const Json& finding) {
  report::ManualFinding out;
  out.title = report_text(finding.at("title"));
  out.why = report_text(finding.at("why"));
  out.severity = finding.value("severity", "");
  out.confidence = finding.value("confidence", "");
  out.attack_ids = finding.at("attack_ids").get<std::vector<std::string>>();
  out.path = finding.value("path", "");
  out.account = finding.value("account", "");
  out.address = finding.value("address", "");
  if (finding.at("time").is_string()) {
    const auto time = parse_rfc3339(finding.at("time").get<std::string>());
    if (time) out.time = *time;
  }
  for (const auto& piece : finding.at("evidence")) {
    out.evidence.push_back({piece.value("file", ""), piece.value("sha256", ""), piece.value("excerpt", "")});
  }
  return out;
}

report::ManualCompletion report_completion(const Json& completion, const std::vector<Json>& attachments) {
  report::ManualCompletion out;
  out.outcome = completion.value("outcome", "");
  out.reason = report_text(completion.at("reason"));
  for (const auto& sha256 : completion.at("evidence_read")) {
    const auto known = std::find_if(attachments.begin(), attachments.end(),
                                    [&](const Json& one) { return one.at("sha256") == sha256; });
    const std::string name = known == attachments.end() ? "" : known->value("name", "");
    out.evidence_read.push_back({name, sha256.get<std::string>()});
  }
  const Json& entry = completion.at("entry");
  if (entry.is_null()) return out;
  out.entry = {entry.value("technique", ""), report_text(entry.at("title")), entry.value("confidence", ""),
               entry.value("account", ""),   entry.value("address", ""),     {}};
  const auto at = parse_rfc3339(entry.value("at", ""));
  if (at) out.entry->at = *at;
  return out;
}

/// What persons found and decided, for the report.
Status collect_manual(store::Tx& tx, const std::string& incident_id, report::ReportInput& input) {
  RESCUE_ASSIGN(const auto findings, findings_of(tx, incident_id));
  for (const auto& finding : findings) input.manual_findings.push_back(report_finding(finding));
  RESCUE_ASSIGN(const auto completion, manual_completion_of(tx, incident_id));
  if (completion.is_null()) return {};
  RESCUE_ASSIGN(const auto attachments, attachments_of(tx, incident_id));
  input.completion = report_completion(completion, attachments);
  return {};
}

Result<report::ReportInput> collect(Casework& casework, store::Tx& tx, const Incident& incident) {
  RESCUE_ASSIGN(const auto order, tx.find("SELECT order_id, work_item, consents, versions FROM orders WHERE "
                                          "incident_id = ? AND state = 'accepted'",
                                          {incident.id}));
  if (!order)
    return fail(ErrorCode::kCorrupt, "internal-error", "an incident in reporting without an accepted order");
  report::ReportInput input;
  input.incident_id = incident.id;
  input.order_id = order->text(0);
  input.server_id = incident.server_id;
  input.customer = incident.customer;
  input.work_item = order->text(1);
  input.notice_source = incident.notice_source;
  input.confirmation = incident.confirmation;
  input.noticed_at = from_us(incident.opened_us);
  input.confirmed_at = from_us(incident.entered_us(State::kConfirmed));
  input.ordered_at = from_us(incident.entered_us(State::kOrdered));
  input.work_started_at = from_us(incident.entered_us(State::kWorking));
  input.work_finished_at = from_us(incident.entered_us(State::kReporting));
  input.reported_at = casework.service.clock().now();
  RESCUE_ASSIGN(const auto hearing, casework.hearings.load(tx, incident.id));
  if (hearing) input.hearing = report_hearing(*hearing);
  input.consents = report_consents(parse_json(order->text(2)).value_or(Json::array()));
  const Json versions = parse_json(order->text(3)).value_or(Json::object());
  input.runbook_version = incident.runbook_version;
  input.terms_version = versions.value("terms", "");
  input.specification_version = versions.value("specification", "");
  input.investigation_sha256 = incident.document_sha256.value_or("");
  RESCUE_TRY(collect_manual(tx, incident.id, input));
  return input;
}

}  // namespace

CustomerReports::CustomerReports(Casework& casework, WorkerEvidence evidence)
    : casework_(&casework), evidence_(std::move(evidence)) {}

Result<CustomerReports> CustomerReports::create(Casework& casework) {
  RESCUE_ASSIGN(auto evidence, WorkerEvidence::create(casework.config));
  return CustomerReports(casework, std::move(evidence));
}

Status CustomerReports::make_due() {
  auto& database = casework_->service.database();
  RESCUE_ASSIGN(const auto due, database.read([&](store::Tx& tx) -> Result<std::vector<Incident>> {
    RESCUE_ASSIGN(const auto rows,
                  tx.query("SELECT incident_id FROM incidents i WHERE state = 'reporting' AND report_sha256 "
                           "IS NULL AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.incident_id = "
                           "i.incident_id AND t.kind = 'report_failed' AND t.state = 'open') LIMIT 50"));
    std::vector<Incident> incidents;
    for (const auto& row : rows) {
      RESCUE_ASSIGN(auto incident, casework_->incidents.load(tx, row.text(0)));
      incidents.push_back(std::move(incident));
    }
    return incidents;
  }));
  Status last;
  for (const auto& incident : due) {
    const auto made = make(incident);
    if (made) continue;
    last = made;
    if (retry_class(made.error().code) == RetryClass::kRetry) continue;
    RESCUE_TRY(hand_to_operator(incident, made.error()));
  }
  return last;
}

Status CustomerReports::make(const Incident& incident) {
  // Another replica may have made it meanwhile.
  RESCUE_ASSIGN(const auto due, casework_->service.database().read([&](store::Tx& tx) {
    return tx.find("SELECT 1 FROM incidents WHERE incident_id = ? AND report_sha256 IS NULL", {incident.id});
  }));
  if (!due) return {};
  RESCUE_ASSIGN(auto input, casework_->service.database().read(
                                [&](store::Tx& tx) { return collect(*casework_, tx, incident); }));
  RESCUE_ASSIGN(input.investigation, fetch_document(incident));
  RESCUE_ASSIGN(const auto report, report::build_customer_report(input));
  return store_report(incident, report);
}

Result<Json> CustomerReports::fetch_document(const Incident& incident) const {
  auto document = evidence_.get(incident.document_sha256.value_or(""), incident.traceparent);
  if (document) return parse_json(*document);
  if (document.error().code != ErrorCode::kNotFound) return fail(document.error());
  return fail(ErrorCode::kCorrupt, "evidence-missing", "worker has no document " + *incident.document_sha256);
}

Status CustomerReports::store_report(const Incident& incident, const Json& report) {
  const auto sha256 = report::report_sha256(report);
  const auto ja = report::render_html(report, report::Language::kJapanese);
  const auto en = report::render_html(report, report::Language::kEnglish);
  return casework_->service.database().write([&](store::Tx& tx) -> Status {
    RESCUE_ASSIGN(auto present, casework_->incidents.load(tx, incident.id));
    if (present.report_sha256 || present.state != State::kReporting) return {};
    present.report_sha256 = sha256;
    present.waiting_for = "report_receipt";
    RESCUE_TRY(tx.execute(
        "UPDATE incidents SET report = ?, report_html_ja = ?, report_html_en = ? WHERE incident_id = ?",
        {dump_json(report), ja, en, incident.id}));
    RESCUE_TRY(casework_->incidents.record(
        tx, present, "report.made",
        {"system", "the report is ready for the customer", {{"report_sha256", sha256}}}));
    RESCUE_TRY(tell_report_ready(*casework_, tx, present));
    return CustomerTasks::take_over(*casework_, tx, present,
                                    report.at("countermeasures").at("customer_tasks"));
  });
}

Status CustomerReports::hand_to_operator(const Incident& incident, const Error& error) {
  return casework_->service.database().write([&](store::Tx& tx) -> Status {
    return casework_->tasks.open(tx, {incident.id, "report_failed"},
                                 {{"problem", error.problem}, {"detail", error.detail}});
  });
}

}  // namespace rescue::workflow
