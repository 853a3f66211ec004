#include "sealed_access.hpp"

#include "rescue/base/clock.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::workflow {

Result<std::optional<HandedAccess>> take_access(Json& body) {
  if (!body.is_object() || !body.contains("access")) return std::optional<HandedAccess>();
  JsonReader in(body["access"], "/access");
  HandedAccess access{in.text("key_id", {.max_bytes = 64}), in.text("sealed", {.max_bytes = 64 * 1024})};
  RESCUE_TRY(in.done());
  body["access"] = {{"key_id", access.key_id}, {"sealed_sha256", sha256_hex(access.sealed)}};
  return std::optional<HandedAccess>(std::move(access));
}

bool may_have_access(incident::State state) {
  return !incident::is_final(state) && state != incident::State::kSelfRemediation;
}

Status SealedAccess::offer(store::Tx& tx, const std::string& request_id, const HandedAccess& access,
                           std::int64_t received_us) {
  RESCUE_TRY(
      tx.execute("INSERT INTO sealed_access (request_id, key_id, sealed, received_us) VALUES (?, ?, ?, ?)",
                 {request_id, access.key_id, access.sealed, received_us}));
  return {};
}

Result<bool> SealedAccess::withdraw(store::Tx& tx, const std::string& request_id) {
  RESCUE_ASSIGN(
      const auto deleted,
      tx.execute("DELETE FROM sealed_access WHERE request_id = ? AND incident_id IS NULL", {request_id}));
  return deleted > 0;
}

Result<std::optional<HandedAccess>> SealedAccess::take(store::Tx& tx, const std::string& request_id) {
  RESCUE_ASSIGN(const auto row, tx.find("SELECT key_id, sealed FROM sealed_access WHERE request_id = ? AND "
                                        "incident_id IS NULL",
                                        {request_id}));
  if (!row) return std::optional<HandedAccess>();
  RESCUE_TRY(withdraw(tx, request_id));
  return std::optional<HandedAccess>({row->text(0), row->text(1)});
}

Result<std::vector<std::string>> SealedAccess::undos_waiting_since(store::Tx& tx, std::int64_t before_us) {
  const auto beginning = of_undo("");
  RESCUE_ASSIGN(
      const auto rows,
      tx.query("SELECT request_id FROM sealed_access WHERE incident_id IS NULL AND request_id LIKE ? "
               "AND received_us < ? ORDER BY received_us LIMIT 100",
               {beginning + "%", before_us}));
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(row.text(0).substr(beginning.size()));
  return ids;
}

Result<bool> SealedAccess::accept(store::Tx& tx, const std::string& request_id,
                                  const std::string& incident_id) {
  RESCUE_ASSIGN(const auto offered,
                tx.find("SELECT received_us FROM sealed_access WHERE request_id = ?", {request_id}));
  if (!offered) return false;
  RESCUE_ASSIGN(const auto later,
                tx.find("SELECT 1 FROM sealed_access WHERE incident_id = ? AND received_us > ?",
                        {incident_id, offered->integer(0)}));
  if (later) {
    RESCUE_TRY(withdraw(tx, request_id));
    return false;
  }
  RESCUE_TRY(remove(tx, incident_id));
  RESCUE_TRY(
      tx.execute("UPDATE sealed_access SET incident_id = ? WHERE request_id = ?", {incident_id, request_id}));
  return true;
}

Result<bool> SealedAccess::remove(store::Tx& tx, const std::string& incident_id) {
  RESCUE_ASSIGN(const auto deleted,
                tx.execute("DELETE FROM sealed_access WHERE incident_id = ?", {incident_id}));
  return deleted > 0;
}

Result<std::optional<HandedAccess>> SealedAccess::find(store::Tx& tx, const std::string& incident_id) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT key_id, sealed FROM sealed_access WHERE incident_id = ?", {incident_id}));
  if (!row) return std::optional<HandedAccess>();
  return std::optional<HandedAccess>({row->text(0), row->text(1)});
}

Result<std::optional<Json>> SealedAccess::for_worker(store::Tx& tx, const std::string& incident_id,
                                                     const std::string& job_id) {
  RESCUE_ASSIGN(const auto own,
                tx.find("SELECT key_id, sealed FROM sealed_access WHERE request_id = ?", {job_id}));
  if (own) return std::optional<Json>({{"key_id", own->text(0)}, {"sealed", own->text(1)}});
  RESCUE_ASSIGN(const auto of_incident, find(tx, incident_id));
  if (!of_incident) return std::optional<Json>();
  return std::optional<Json>({{"key_id", of_incident->key_id}, {"sealed", of_incident->sealed}});
}

Result<Json> SealedAccess::view(store::Tx& tx, const std::string& incident_id) {
  RESCUE_ASSIGN(const auto row, tx.find("SELECT key_id, received_us FROM sealed_access WHERE incident_id = ?",
                                        {incident_id}));
  if (!row) return Json{{"given", false}};
  return Json{
      {"given", true}, {"key_id", row->text(0)}, {"received_at", format_rfc3339(from_us(row->integer(1)))}};
}

}  // namespace rescue::workflow
