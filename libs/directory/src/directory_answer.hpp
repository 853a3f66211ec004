#pragma once

#include <string>

#include "rescue/catalog/contracts.hpp"

namespace rescue::directory {

/// What the directory says: the contract, or kInvalid ("not-under-contract", "ambiguous-hostname") with its
/// reason.
using Answer = Result<catalog::ServerContract>;

/// The path and query of a look-up below the directory's URL.
std::string look_up_path(const catalog::ServerKey& key, Timestamp at);

/// Reads the body of a 200 (api/openapi/contracts-directory.json). kCorrupt ("contracts-unavailable") says
/// what is wrong with one that is no answer to this question. Fields that nobody knows are passed over: the
/// directory may grow.
Result<Answer> read_answer(const std::string& body, const catalog::ServerKey& key, Timestamp at);

}  // namespace rescue::directory
