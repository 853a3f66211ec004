#pragma once

#include <optional>
#include <string>
#include <vector>

#include "investigation.hpp"
#include "rescue/report/customer_report.hpp"

/// The pieces build_customer_report() puts together. All pure.
namespace rescue::report {

// ---- facts (report_facts.cpp)
/// {utc, jst, server}: the same instant; `server` is "" when the server's offset is not known.
Json time_json(Timestamp time, std::optional<std::chrono::minutes> server_offset = std::nullopt);
Json incident_json(const ReportInput& input);
Json times_json(const ReportInput& input);
Json versions_json(const ReportInput& input, const Investigation& found);
Json hearing_json(const Hearing& hearing);
Json consents_json(const std::vector<Consent>& consents);

/// The section on the investigation, as far as the probe's document goes (customer_report.cpp).
Json probe_section(const Investigation& found);

// ---- findings (report_findings.cpp)
/// A finding's title in both languages. The probe writes English; Japanese comes from the wording of its
/// rule, or of its ATT&CK technique where the rule has none.
Json finding_title(const Investigation::Finding& finding);
Json entry_vectors_json(const Investigation& found);
Json findings_json(const Investigation& found);
Json timeline_json(const Investigation& found);
Json impact_json(const Investigation& found);
/// Web applications and what they consist of, with the versions that they say of themselves.
Json software_json(const Investigation& found);
Json gaps_json(const Investigation& found);
/// The walls around the process that read the disk: which stood, and why one did not.
Json sandbox_json(const Investigation& found);
/// The files the findings rest on: {files: [{file, sha256, findings}], omitted}.
Json evidence_files_json(const Investigation& found);
/// "same", "other" (than Japan's time) or "unknown": the server's own zone in the timeline.
std::string server_clock(const Investigation& found);
/// True for a technique (or a part of one) that is a way in.
bool is_entry_technique(std::string_view attack_id);
/// "T1110.001" is of the family "T1110".
std::string technique_family(std::string_view attack_id);

// ---- what persons found (report_manual.cpp)
/// Their findings, after those of the probe: M001, M002, …
void add_manual_findings(const ReportInput& input, Json& findings);
/// How they got in, as the person who completed the work says: before all others.
void add_manual_entry(const ReportInput& input, Json& entry_vectors);
/// The evidence they name, and what was read for a completion by hand.
void add_manual_evidence(const ReportInput& input, Json& files);

// ---- outcome (report_outcome.cpp)
struct Outcome {
  std::string state;  ///< cause_identified, cause_unknown, limited_evidence
  Json headline;      ///< {ja, en}
  Json reasons = Json::array();
  const char* by = "probe";  ///< or "person"
};
Outcome judge(const ReportInput& input, const Investigation& found);
Json verdict_json(const Investigation& found);
Json areas_json(const Investigation& found);
/// R5.
Json scope_json(const Investigation& found, const Outcome& outcome);
/// R1, R16, R18: not ordered, and what is recommended with the reason.
Json recovery_json(const Investigation& found);
/// R13, R17: what was done about mail abuse, step by step, and what is left (report_response.cpp).
Json response_json(const Investigation& found);
/// The cause of mail abuse and how far it was ended, in place of a break-in's.
Outcome judge_response(const ReportInput& input, const Investigation& found);

// ---- advice (report_advice.cpp)
/// R1, R40: {steps, customer_tasks}.
Json countermeasures_json(const Investigation& found);
/// R39 and the other things that are always said.
Json statements_json(const ReportInput& input);
/// data/advice.json, parsed once.
const Json& advice_data();

}  // namespace rescue::report
