#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/base/json.hpp"

namespace rescue::report {

enum class Language { kJapanese, kEnglish };

/// "ja" or "en"; kInvalid ("unknown-language") otherwise.
Result<Language> parse_language(std::string_view tag);

/// One text in both languages of the service.
struct Text {
  std::string ja;
  std::string en;
};

/// What the customer was asked and said, or that no answer came until the deadline (R14: one of the two must
/// be on record before an investigation can finish).
struct Hearing {
  struct Item {
    std::string id;  ///< question id, e.g. "last-known-good"
    Text question;
    std::string answer;  ///< as the customer wrote it; empty: this question was left open
  };
  enum class State { kAnswered, kNoReply };
  State state = State::kNoReply;
  Timestamp asked_at{};
  /// When the answers came, or when the wait for them ended.
  Timestamp closed_at{};
  std::vector<Item> items;
};

/// One disclaimer the customer accepted with the order.
struct Consent {
  std::string id;    ///< "consent-r34"
  std::string rule;  ///< "R34"
  std::string version;
  Text text;  ///< as it was shown
};

/// What a person found beside the probe, or in its stead. Its evidence lies in the evidence store.
struct ManualFinding {
  struct Evidence {
    std::string file, sha256, excerpt;
  };
  Text title, why;
  std::string severity, confidence;  ///< the words of the probe's findings
  std::vector<std::string> attack_ids;
  std::string path, account, address;
  std::optional<Timestamp> time;
  std::vector<Evidence> evidence;
};

/// An investigation that a person ended (R14, R15, R37).
struct ManualCompletion {
  struct Evidence {
    std::string name, sha256;
  };
  std::string outcome;  ///< cause_identified, cause_unknown, limited_evidence
  Text reason;
  std::vector<Evidence> evidence_read;
  struct Entry {
    std::string technique;
    Text title;
    std::string confidence, account, address;
    std::optional<Timestamp> at;
  };
  std::optional<Entry> entry;  ///< with cause_identified
};

/// The facts of one incident that the report is made of. Texts that people or evidence wrote may hold any
/// bytes; they are cleaned and bounded on the way in.
struct ReportInput {
  std::string incident_id;
  std::string order_id;
  std::string server_id;
  std::string server_address;  ///< empty when unknown
  std::string customer;        ///< customer number, "C-1001"
  std::string work_item;       ///< what was ordered; "investigation" is the one this release reports on
  std::string notice_source;   ///< "third_party" or "customer" (R4)
  std::vector<std::string> confirmation;  ///< of "intrusion", "mail_abuse" (R27)

  Timestamp noticed_at{};  ///< first notice received
  std::optional<Timestamp> confirmed_at;
  Timestamp ordered_at{};
  Timestamp work_started_at{};
  Timestamp work_finished_at{};
  Timestamp reported_at{};  ///< when this report is made

  std::optional<Hearing> hearing;
  std::vector<Consent> consents;
  std::string runbook_version;        ///< R3
  std::string terms_version;          ///< R44
  std::string specification_version;  ///< R45

  /// The probe's document (api/schemas/investigation.schema.json) and the SHA-256 of its stored bytes, by
  /// which the evidence store serves it.
  Json investigation;
  std::string investigation_sha256;

  std::vector<ManualFinding> manual_findings;  ///< in the report each is marked as a person's
  std::optional<ManualCompletion> completion;  ///< its outcome is the report's
};

/// The customer report (api/schemas/customer-report.schema.json): the three sections of R1, the scope of R5,
/// the outcome (R15, R37), what the customer has to do (R40), and what R39 requires to be said.
/// Deterministic: the same input gives the same value. Every text is valid UTF-8 without control or
/// direction-changing characters, bounded in length. Errors: kConflict ("hearing-missing",
/// "no-evidence-read") when R14 forbids a report yet, kCorrupt ("bad-investigation") when the document is
/// none, kInvalid ("work-item-not-available", "version-missing", …); `pointer` names the place.
Result<Json> build_customer_report(const ReportInput& input);

/// The report's name and ETag: SHA-256 of its canonical JSON text (`dump_json`).
std::string report_sha256(const Json& report);

/// One self-contained HTML page of a report that build_customer_report() made: no script, no external
/// resource, printable on A4. Texts in it are escaped. Thread-safe.
std::string render_html(const Json& report, Language language);

}  // namespace rescue::report
