#include "attempt_access.hpp"

namespace rescue::worker {

Status keep_access(store::Tx& tx, const std::string& job_id, std::int64_t attempt,
                   const seal::SealedBox& box) {
  RESCUE_TRY(tx.execute("INSERT INTO attempt_access (job_id, attempt, key_id, sealed) VALUES (?, ?, ?, ?)",
                        {job_id, attempt, box.key_id, box.sealed}));
  return {};
}

Result<std::optional<seal::SealedBox>> find_access(store::Tx& tx, const std::string& job_id,
                                                   std::int64_t attempt) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT key_id, sealed FROM attempt_access WHERE job_id = ? AND attempt = ?",
                        {job_id, attempt}));
  if (!row) return std::optional<seal::SealedBox>();
  return std::optional<seal::SealedBox>({row->text(0), row->text(1)});
}

Status forget_ended_access(store::Tx& tx) {
  // There are as many rows as attempts in hand: a few.
  RESCUE_TRY(tx.execute(
      "DELETE FROM attempt_access WHERE NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.job_id = "
      "attempt_access.job_id AND attempts.attempt = attempt_access.attempt AND attempts.state IN ('queued', "
      "'running'))"));
  return {};
}

}  // namespace rescue::worker
