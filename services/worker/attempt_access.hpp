#pragma once

#include <optional>
#include <string>

#include "rescue/seal/sealed_box.hpp"
#include "rescue/store/database.hpp"

namespace rescue::worker {

/// The sealed boxes of attempts that have not ended. Each function runs inside the caller's transaction.
Status keep_access(store::Tx& tx, const std::string& job_id, std::int64_t attempt,
                   const seal::SealedBox& box);
Result<std::optional<seal::SealedBox>> find_access(store::Tx& tx, const std::string& job_id,
                                                   std::int64_t attempt);
/// Deletes the boxes of all attempts that are neither queued nor running.
Status forget_ended_access(store::Tx& tx);

}  // namespace rescue::worker
