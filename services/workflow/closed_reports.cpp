#include "closed_reports.hpp"

#include "notices/announcements.hpp"
#include "rescue/incident/messages.hpp"
#include "unread_reports.hpp"

namespace rescue::workflow {
namespace {

/// Of an incident that more complain of, the first so many are answered.
constexpr std::int64_t kReportsMax = 1'000;

/// Who reported, and under which id; of a mail that an operator made a report of, its sender.
struct Asked {
  std::string report_id;
  Json reporter = Json::object();
  std::int64_t received_us = 0;
};

Result<Asked> asked_by(store::Tx& tx, const std::string& report_id, const Json& body) {
  Asked out{report_id, body.value("reporter", Json::object()), body.value("received_us", std::int64_t{0})};
  const Json of_report = body.value("of_report", Json());
  if (!of_report.is_string()) return out;
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT details FROM tasks WHERE kind = ? AND subject = ? AND incident_id IS NULL",
                        {std::string(kReadReportTask), of_report.get<std::string>()}));
  if (!row) return out;
  const Json details = parse_json(row->text(0)).value_or(Json::object());
  const auto received = parse_rfc3339(details.value("received_at", ""));
  return Asked{of_report.get<std::string>(), details.value("reporter", Json::object()),
               received ? to_us(*received) : out.received_us};
}

}  // namespace

Status close_reports(Casework& casework, store::Tx& tx, const Incident& incident, const Trace& trace) {
  RESCUE_ASSIGN(const auto rows, tx.query("SELECT report_id, addressed_id, body FROM reports WHERE "
                                          "incident_id = ? ORDER BY report_id LIMIT ?",
                                          {incident.id, kReportsMax}));
  for (const auto& row : rows) {
    const auto report_id = row.text(0);
    const auto given_id = row.optional_text(1).value_or(incident.id);
    const Json body = parse_json(row.text(2)).value_or(Json::object());
    RESCUE_TRY(casework.service.send(tx, "intake", std::string(incident::messages::kReportClosed), given_id,
                                     {{"report_id", report_id}, {"incident_over", true}}, trace));
    RESCUE_ASSIGN(const auto asked, asked_by(tx, report_id, body));
    if (asked.reporter.value("role", "") != "reporter") continue;
    RESCUE_TRY(tell_report_closed(
        casework, tx, incident,
        {asked.reporter.value("key_id", ""), asked.report_id, given_id, from_us(asked.received_us)}));
  }
  return {};
}

}  // namespace rescue::workflow
