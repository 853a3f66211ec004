#include "rescue/report/customer_report.hpp"

#include "clean_text.hpp"
#include "report_parts.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::report {
namespace {

Status check_words(const ReportInput& input) {
  if (input.work_item != "investigation" && input.work_item != "mail_abuse_response") {
    return fail(ErrorCode::kInvalid, "work-item-not-available",
                "a report is made for an investigation or a mail abuse response", "/work_item");
  }
  if (input.notice_source != "third_party" && input.notice_source != "customer") {
    return fail(ErrorCode::kInvalid, "bad-notice-source", "the notice came from third_party or customer",
                "/notice_source");
  }
  for (const std::string& confirmed : input.confirmation) {
    if (confirmed == "intrusion" || confirmed == "mail_abuse") continue;
    return fail(ErrorCode::kInvalid, "bad-confirmation", "a confirmation is intrusion or mail_abuse",
                "/confirmation");
  }
  return {};
}

Status check_versions(const ReportInput& input) {
  if (input.terms_version.empty() || input.runbook_version.empty()) {
    return fail(ErrorCode::kInvalid, "version-missing",
                "the report names the runbook and the terms it was worked under", "/runbook_version");
  }
  if (!is_sha256_hex(input.investigation_sha256)) {
    return fail(ErrorCode::kCorrupt, "bad-investigation", "the investigation is named by its SHA-256",
                "/investigation_sha256");
  }
  return {};
}

/// R14: no end without a hearing record, or a logged non-reply, and evidence that was read.
Status check_r14(const ReportInput& input, const Investigation& found) {
  if (!input.hearing) {
    return fail(ErrorCode::kConflict, "hearing-missing",
                "an investigation ends with the customer's answers or a logged non-reply", "/hearing");
  }
  if (found.counts.at("files_read") <= 0) {
    return fail(ErrorCode::kConflict, "no-evidence-read", "the investigation read no file of the server",
                "/investigation/counts/files_read");
  }
  return {};
}

Json investigation_section(const ReportInput& input, const Investigation& found) {
  Json section = probe_section(found);
  add_manual_findings(input, section["findings"]);
  add_manual_entry(input, section["entry_vectors"]);
  section["hearing"] = hearing_json(*input.hearing);
  return section;
}

}  // namespace

Json probe_section(const Investigation& found) {
  return {{"host", {{"hostname", found.hostname}, {"os", found.os}, {"time_zone", found.time_zone}}},
          {"clock", server_clock(found)},
          {"period",
           {{"from", found.from ? time_json(*found.from) : Json(nullptr)},
            {"to", found.to ? time_json(*found.to) : Json(nullptr)}}},
          {"entry_vectors", entry_vectors_json(found)},
          {"findings", findings_json(found)},
          {"timeline", timeline_json(found)},
          {"impact", impact_json(found)},
          {"areas", areas_json(found)},
          {"software", software_json(found)},
          {"gaps", gaps_json(found)},
          {"sandbox", sandbox_json(found)},
          {"counts", found.counts}};
}

Result<Language> parse_language(std::string_view tag) {
  if (tag == "ja") return Language::kJapanese;
  if (tag == "en") return Language::kEnglish;
  return fail(ErrorCode::kInvalid, "unknown-language", "the languages are ja and en");
}

Result<Json> build_customer_report(const ReportInput& input) {
  RESCUE_TRY(check_words(input));
  RESCUE_TRY(check_versions(input));
  RESCUE_ASSIGN(const Investigation found, parse_investigation(input.investigation));
  RESCUE_TRY(check_r14(input, found));
  if (input.work_item == "mail_abuse_response" && !found.response && !input.completion) {
    return fail(ErrorCode::kCorrupt, "bad-investigation", "the document does not say what was done",
                "/response");
  }
  const Outcome outcome = judge(input, found);
  Json evidence = evidence_files_json(found);
  add_manual_evidence(input, evidence);
  evidence["investigation_sha256"] = input.investigation_sha256;
  return Json{{"schema_version", 1},
              {"incident", incident_json(input)},
              {"times", times_json(input)},
              {"versions", versions_json(input, found)},
              {"outcome",
               {{"state", outcome.state},
                {"headline", outcome.headline},
                {"reasons", outcome.reasons},
                {"by", outcome.by}}},
              {"verdict", verdict_json(found)},
              {"investigation", investigation_section(input, found)},
              {"recovery", found.response ? response_json(found) : recovery_json(found)},
              {"countermeasures", countermeasures_json(found)},
              {"scope", scope_json(found, outcome)},
              {"statements", statements_json(input)},
              {"consents", consents_json(input.consents)},
              {"evidence", evidence}};
}

std::string report_sha256(const Json& report) {
  return sha256_hex(dump_json(report));
}

}  // namespace rescue::report
