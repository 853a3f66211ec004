#include "desk/desk.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::workflow {
namespace {

constexpr std::int64_t kPerIncidentMax = 200;

}  // namespace

Status check_not_over(const Incident& incident) {
  if (!incident::is_final(incident.state)) return {};
  return fail(ErrorCode::kConflict, "illegal-transition",
              "the incident is " + std::string(incident::to_string(incident.state)) +
                  " and is not edited any more; reopen it");
}

Result<Json> attach_evidence(Casework& casework, store::Tx& tx, const DeskCall& call) {
  JsonReader in(call.body);
  const auto sha256 = in.text("sha256");
  if (!is_sha256_hex(sha256)) in.fault("sha256", "bad-hash", "must be 64 lower-case hexadecimal digits");
  const auto name = in.text("name", {.min_bytes = 1, .max_bytes = 400});
  const auto description = in.text("description", {.min_bytes = 1, .max_bytes = 2000});
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(const auto incident, casework.incidents.load(tx, call.id));
  RESCUE_TRY(check_not_over(incident));
  RESCUE_ASSIGN(const auto rows, tx.query("SELECT sha256 FROM attachments WHERE incident_id = ? LIMIT ?",
                                          {incident.id, kPerIncidentMax}));
  if (rows.size() == static_cast<std::size_t>(kPerIncidentMax)) {
    return fail(ErrorCode::kConflict, "too-many-attachments", "an incident takes 200 pieces of evidence");
  }
  for (const auto& row : rows) {
    if (row.text(0) != sha256) continue;
    return fail(ErrorCode::kConflict, "evidence-attached", "this evidence is attached already", "/sha256");
  }
  const auto now = casework.service.clock().now();
  const auto id = make_id("att", now);
  RESCUE_TRY(
      tx.execute("INSERT INTO attachments (attachment_id, incident_id, sha256, name, description, "
                 "attached_by, attached_us) VALUES (?,?,?,?,?,?,?)",
                 {id, incident.id, sha256, name, description, call.actor, to_us(now)}));
  RESCUE_TRY(casework.incidents.trail(tx, incident, "evidence.attached",
                                      {call.actor, description, {{"sha256", sha256}, {"name", name}}}));
  return Json{{"attachment_id", id},
              {"incident_id", incident.id},
              {"sha256", sha256},
              {"name", name},
              {"description", description},
              {"attached_by", call.actor},
              {"attached_at", format_rfc3339(now)}};
}

Result<std::vector<Json>> attachments_of(store::Tx& tx, const std::string& incident_id) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT attachment_id, incident_id, sha256, name, description, attached_by, "
                         "attached_us FROM attachments WHERE incident_id = ? OR incident_id IN (SELECT "
                         "incident_id FROM aliases WHERE merged_into = ?) ORDER BY attachment_id LIMIT ?",
                         {incident_id, incident_id, kPerIncidentMax}));
  std::vector<Json> out;
  for (const auto& row : rows) {
    out.push_back({{"attachment_id", row.text(0)},
                   {"incident_id", row.text(1)},
                   {"sha256", row.text(2)},
                   {"name", row.text(3)},
                   {"description", row.text(4)},
                   {"attached_by", row.text(5)},
                   {"attached_at", format_rfc3339(from_us(row.integer(6)))}});
  }
  return out;
}

Status check_known_evidence(store::Tx& tx, const std::string& incident_id, const std::string& sha256,
                            const std::string& pointer) {
  if (!is_sha256_hex(sha256)) {
    return fail(ErrorCode::kInvalid, "bad-hash", "must be 64 lower-case hexadecimal digits", pointer);
  }
  RESCUE_ASSIGN(const auto attachments, attachments_of(tx, incident_id));
  for (const auto& one : attachments) {
    if (one.at("sha256") == sha256) return {};
  }
  RESCUE_ASSIGN(const auto of_a_job,
                tx.find("SELECT 1 FROM jobs WHERE incident_id = ? AND document_sha256 = ? LIMIT 1",
                        {incident_id, sha256}));
  if (of_a_job) return {};
  return fail(ErrorCode::kInvalid, "evidence-not-attached",
              "attach this evidence to the incident first, or name a document of its jobs", pointer);
}

}  // namespace rescue::workflow
