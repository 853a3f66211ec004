// Complaints that came as mails and cannot be read with certainty: a person reads them.
#include "unread_reports.hpp"

#include "notices/announcements.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/service/message_body.hpp"

namespace rescue::workflow {

Status on_unread_report(Casework& casework, store::Tx& tx, const Message& message) {
  JsonReader in(message.body);
  const auto report_id = in.text("report_id");
  const auto why = in.text("why");
  const auto subject = in.text("subject", {.min_bytes = 0, .max_bytes = 500});
  const auto reference = in.optional_text("reference");
  const auto received_us = in.integer("received_us", 0, INT64_MAX);
  const Json* reporter = in.raw("reporter");
  const auto raw_sha256 = in.text("raw_sha256");
  RESCUE_TRY(service::fields_read(in));
  const Json details{{"report_id", report_id},
                     {"incident_id", message.incident_id},
                     {"why", why},
                     {"subject", subject},
                     {"reference", reference ? Json(*reference) : Json()},
                     {"received_at", format_rfc3339(from_us(received_us))},
                     {"reporter", reporter == nullptr ? Json::object() : *reporter},
                     {"raw_sha256", raw_sha256},
                     {"original", "/v1/reports/" + report_id + "/original"}};
  RESCUE_TRY(casework.tasks.open(tx, {"", std::string(kReadReportTask), report_id}, details));
  store::AuditRow row;
  row.at_us = to_us(casework.service.clock().now());
  row.incident_id = message.incident_id;
  row.actor = "system";
  row.action = "report.unread";
  row.reason = why;
  row.details = {{"report_id", report_id}, {"raw_sha256", raw_sha256}};
  return store::Audit::append(tx, row);
}

Status take_unread_report(Casework& casework, store::Tx& tx, const Message& message,
                          const Incident& incident) {
  const auto report_id = message.body.value("of_report", "");
  const Tasks::About about{"", std::string(kReadReportTask), report_id};
  RESCUE_ASSIGN(const auto task, casework.tasks.find_open(tx, about));
  if (!task) return {};  // completed meanwhile
  const auto by = message.body.value("reporter", Json::object());
  RESCUE_TRY(casework.tasks.settle(tx, about, "reported as " + message.body.value("report_id", ""),
                                   by.value("role", "") + ":" + by.value("key_id", "")));
  Message told = message;
  told.body["report_id"] = report_id;
  told.body["reporter"] = task->details.value("reporter", Json::object());
  return tell_report_taken(casework, tx, incident, told);
}

Status close_unread_report(Casework& casework, store::Tx& tx, const Task& task, const Cause& /*cause*/,
                           const Trace& trace) {
  return casework.service.send(tx, "intake", std::string(incident::messages::kReportClosed),
                               task.details.value("incident_id", ""),
                               {{"report_id", task.details.value("report_id", "")}}, trace);
}

}  // namespace rescue::workflow
