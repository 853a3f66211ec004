// What a person found: the same fields as a finding of the probe, told in both languages of the report.
#include <regex>

#include "desk/desk.hpp"

namespace rescue::workflow {
namespace {

constexpr std::int64_t kPerIncidentMax = 100;
constexpr std::size_t kEvidenceMax = 8;

/// T1110 or T1110.001
bool is_attack_id(const std::string& text) {
  static const std::regex form("T[0-9]{4}(\\.[0-9]{3})?");
  return std::regex_match(text, form);
}

Result<Json> read_evidence(store::Tx& tx, const std::string& incident_id, JsonReader& in) {
  const Json* list = in.raw("evidence");
  if (list == nullptr || !list->is_array() || list->empty() || list->size() > kEvidenceMax) {
    return fail(ErrorCode::kInvalid, "missing-field", "name one to 8 pieces of evidence", "/evidence");
  }
  Json out = Json::array();
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto pointer = "/evidence/" + std::to_string(i);
    JsonReader piece((*list)[i], pointer);
    const auto sha256 = piece.text("sha256");
    const auto file = piece.text("file", {.min_bytes = 1, .max_bytes = 400});
    const auto excerpt = piece.optional_text("excerpt", {.min_bytes = 0, .max_bytes = 2000});
    RESCUE_TRY(piece.done());
    RESCUE_TRY(check_known_evidence(tx, incident_id, sha256, pointer + "/sha256"));
    out.push_back({{"sha256", sha256}, {"file", file}, {"excerpt", excerpt.value_or("")}});
  }
  return out;
}

Result<Json> read_finding(store::Tx& tx, const std::string& incident_id, const Json& body) {
  JsonReader in(body);
  Json out;
  RESCUE_ASSIGN(out["title"], read_both(in, "title", 400));
  RESCUE_ASSIGN(out["why"], read_both(in, "why", 2000));
  out["severity"] = in.one_of("severity", {"info", "low", "medium", "high", "critical"});
  out["confidence"] = in.one_of("confidence", {"low", "medium", "high"});
  const auto ids = in.texts("attack_ids", 20, {.min_bytes = 1, .max_bytes = 20});
  for (const auto& id : ids) {
    if (!is_attack_id(id)) in.fault("attack_ids", "not-allowed-value", "must be ids like T1110 or T1110.001");
  }
  out["attack_ids"] = ids;
  for (const auto* key : {"path", "account", "address"}) {
    out[key] = in.optional_text(key, {.min_bytes = 0, .max_bytes = 400}).value_or("");
  }
  const auto time = in.optional_time("time");
  out["time"] = time ? Json(format_rfc3339(*time)) : Json();
  auto evidence = read_evidence(tx, incident_id, in);
  // A fault of an earlier field comes first.
  RESCUE_TRY(in.done());
  if (!evidence) return fail(evidence.error());
  out["evidence"] = *std::move(evidence);
  return out;
}

Json finding_json(const std::string& id, const std::string& incident_id, Json finding,
                  const std::string& found_by, std::int64_t recorded_us) {
  finding["finding_id"] = id;
  finding["incident_id"] = incident_id;
  finding["found_by"] = found_by;
  finding["recorded_at"] = format_rfc3339(from_us(recorded_us));
  return finding;
}

}  // namespace

Result<Json> read_both(JsonReader& in, std::string_view key, std::size_t bytes_max) {
  auto words = in.object(key);
  const auto ja = words.text("ja", {.min_bytes = 1, .max_bytes = bytes_max});
  const auto en = words.text("en", {.min_bytes = 1, .max_bytes = bytes_max});
  RESCUE_TRY(words.done());
  return Json{{"ja", ja}, {"en", en}};
}

Result<Json> add_finding(Casework& casework, store::Tx& tx, const DeskCall& call) {
  RESCUE_ASSIGN(const auto incident, casework.incidents.load(tx, call.id));
  RESCUE_TRY(check_not_over(incident));
  if (incident.report_sha256) {
    return fail(ErrorCode::kConflict, "report-made",
                "the customer report exists and would not show it; decide rework first");
  }
  RESCUE_ASSIGN(const auto finding, read_finding(tx, incident.id, call.body));
  RESCUE_ASSIGN(const auto there, findings_of(tx, incident.id));
  if (there.size() >= static_cast<std::size_t>(kPerIncidentMax)) {
    return fail(ErrorCode::kConflict, "too-many-findings", "an incident takes 100 findings of persons");
  }
  const auto now = casework.service.clock().now();
  const auto id = make_id("fnd", now);
  RESCUE_TRY(
      tx.execute("INSERT INTO manual_findings (finding_id, incident_id, finding, found_by, "
                 "recorded_us) VALUES (?,?,?,?,?)",
                 {id, incident.id, dump_json(finding), call.actor, to_us(now)}));
  RESCUE_TRY(casework.incidents.trail(tx, incident, "finding.recorded",
                                      {call.actor,
                                       finding.at("title").at("en"),
                                       {{"finding_id", id}, {"severity", finding.at("severity")}}}));
  return finding_json(id, incident.id, finding, call.actor, to_us(now));
}

Result<std::vector<Json>> findings_of(store::Tx& tx, const std::string& incident_id) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT finding_id, incident_id, finding, found_by, recorded_us FROM "
                         "manual_findings WHERE incident_id = ? OR incident_id IN (SELECT incident_id FROM "
                         "aliases WHERE merged_into = ?) ORDER BY finding_id LIMIT ?",
                         {incident_id, incident_id, kPerIncidentMax}));
  std::vector<Json> out;
  for (const auto& row : rows) {
    out.push_back(finding_json(row.text(0), row.text(1), parse_json(row.text(2)).value_or(Json::object()),
                               row.text(3), row.integer(4)));
  }
  return out;
}

}  // namespace rescue::workflow
