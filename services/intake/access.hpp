#pragma once

#include <string>

#include "rescue/seal/public_keys.hpp"

namespace rescue::intake {

/// Checks an `access` as it came: {key_id, sealed}, sealed to a key that is in force. kInvalid, and no error
/// repeats a word of what was sent: "access-in-clear-text", "not-a-sealed-box", "access-key-unknown", and the
/// usual ones about fields.
Status check_access(const Json& access, const seal::PublicKeys& keys, Timestamp now);

/// The request as it is kept: `raw`, and where `body` has an access, with its SHA-256 in place of the sealed
/// box. The box itself goes on in the message alone.
std::string without_box(const std::string& raw, const Json& body);

}  // namespace rescue::intake
