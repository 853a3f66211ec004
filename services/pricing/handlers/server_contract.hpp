#pragma once

#include <optional>
#include <string>

#include "parts.hpp"

namespace rescue::pricing {

/// The contract of a server for whom `customer` is acted, if anybody is. kInvalid ("not-under-contract",
/// pointer /server_id), kForbidden ("not-your-server"), kUnavailable ("contracts-unavailable"). May wait as
/// long as the directory of contracts is given: not inside a transaction.
Result<catalog::ServerContract> contract_of(const Parts& parts, const std::string& server_id,
                                            const std::optional<std::string>& customer, Timestamp now);

}  // namespace rescue::pricing
