#pragma once

#include <string>
#include <string_view>

#include "rescue/seal/keyring.hpp"

namespace rescue::seal {

/// A message that only the holder of a secret key can read (crypto_box_seal of libsodium), as it travels.
struct SealedBox {
  std::string key_id;
  std::string sealed;  ///< base 64 (RFC 4648 section 4), kSealedBytesMin to kSealedBytesMax bytes of text
  bool operator==(const SealedBox&) const = default;
};

/// 48 bytes of overhead and at least one of a message.
inline constexpr std::size_t kSealedBytesMin = 68;
/// An RSA key of 8,192 bits in its file's form, with room for the rest.
inline constexpr std::size_t kSealedBytesMax = 16 * 1024;

/// Whether it has the form of a sealed box. kInvalid, with a pointer to the field and never a word of it:
/// "not-a-sealed-box" for a key id or base 64 that is none, and for a wrong size; "access-in-clear-text" for
/// a `sealed` that can be read, encoded or not: random bytes are no text.
Status check_form(const SealedBox& box);

SealedBox seal_to(const PublicKey& key, std::string_view message);
/// kInvalid: "access-key-unknown" when the ring has no such key, "access-not-readable" when it is not what
/// was sealed to it.
Result<Secret> open_box(const Keyring& keys, const SealedBox& box);

}  // namespace rescue::seal
