#pragma once

#include "rescue/seal/public_keys.hpp"

namespace rescue::seal {

/// Checks an `access` as it came in a request: {key_id, sealed}, sealed to a key that is in force. kInvalid
/// with a pointer below /access, and no error repeats a word of what was sent: "access-in-clear-text",
/// "not-a-sealed-box", "access-key-unknown", and the usual ones about fields.
Status check_access(const Json& access, const PublicKeys& keys, Timestamp now);

}  // namespace rescue::seal
