#include "rescue/seal/key_pair.hpp"

#include <algorithm>

#include "rescue/base/base64.hpp"
#include "rescue/base/sha256.hpp"
#include "sodium.hpp"

namespace rescue::seal {
namespace {

constexpr std::string_view kPrefix = "seal-";
constexpr std::size_t kIdDigits = 16;

}  // namespace

std::string key_id_of(std::string_view public_key) {
  return std::string(kPrefix) + sha256_hex(public_key).substr(0, kIdDigits);
}

bool is_key_id(std::string_view text) {
  return text.size() == kPrefix.size() + kIdDigits && text.starts_with(kPrefix) &&
         text.find_first_not_of("0123456789abcdef", kPrefix.size()) == std::string_view::npos;
}

Result<PublicKey> read_public_key(std::string_view base64) {
  auto bytes = decode_base64(base64);
  if (!bytes || bytes->size() != crypto_box_PUBLICKEYBYTES) {
    return fail(ErrorCode::kInvalid, "bad-key-file", "a public key is 32 bytes in base 64");
  }
  auto id = key_id_of(*bytes);
  return PublicKey{std::move(id), *std::move(bytes)};
}

KeyPair KeyPair::make(Timestamp now) {
  Secret secret(crypto_box_SECRETKEYBYTES);
  std::string public_key(crypto_box_PUBLICKEYBYTES, '\0');
  crypto_box_keypair(reinterpret_cast<unsigned char*>(public_key.data()), secret.bytes().data());
  auto id = key_id_of(public_key);
  return {{std::move(id), std::move(public_key)}, std::move(secret), now};
}

Result<KeyPair> KeyPair::of(Secret secret_key, Timestamp made_at) {
  if (secret_key.size() != crypto_box_SECRETKEYBYTES) {
    return fail(ErrorCode::kInvalid, "bad-key-file", "a secret key is 32 bytes in base 64");
  }
  use_sodium();
  std::string public_key(crypto_box_PUBLICKEYBYTES, '\0');
  if (crypto_scalarmult_base(reinterpret_cast<unsigned char*>(public_key.data()),
                             secret_key.bytes().data()) != 0) {
    return fail(ErrorCode::kInvalid, "bad-key-file", "this secret key has no public key");
  }
  auto id = key_id_of(public_key);
  return KeyPair{{std::move(id), std::move(public_key)}, std::move(secret_key), made_at};
}

}  // namespace rescue::seal
