#pragma once

#include <string>
#include <string_view>

#include "rescue/base/clock.hpp"
#include "rescue/seal/secret.hpp"

namespace rescue::seal {

/// What crypto_box_seal of libsodium does: X25519, XSalsa20-Poly1305, a fresh key pair of the sender in
/// front.
inline constexpr std::string_view kAlgorithm = "crypto_box_seal";

/// The id of a public key: "seal-" and the first 16 hex digits of its SHA-256. The same key has the same id
/// wherever it lies, and a file in which the two do not fit is refused.
std::string key_id_of(std::string_view public_key);
/// Whether `text` has the form of such an id.
bool is_key_id(std::string_view text);

/// A public key of 32 bytes with its id.
struct PublicKey {
  std::string id;
  std::string bytes;
};

/// Base 64 as it stands in files and answers. kInvalid ("bad-key-file").
Result<PublicKey> read_public_key(std::string_view base64);

struct KeyPair {
  PublicKey public_key;
  Secret secret_key;  ///< 32 bytes
  Timestamp made_at;

  static KeyPair make(Timestamp now);
  /// The pair of a secret key; kInvalid ("bad-key-file") unless it has 32 bytes.
  static Result<KeyPair> of(Secret secret_key, Timestamp made_at);
};

}  // namespace rescue::seal
