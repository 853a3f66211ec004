#include "rescue/seal/sealed_box.hpp"

#include <algorithm>

#include "rescue/base/base64.hpp"
#include "sodium.hpp"

namespace rescue::seal {
namespace {

static_assert(kSealedBytesMin == (crypto_box_SEALBYTES + 1 + 2) / 3 * 4);

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Of 49 random bytes all are so once in 2^60 times, of more hardly ever.
bool can_be_read(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= ' ' && byte <= '~') || byte == '\n' || byte == '\r' || byte == '\t';
  });
}

/// Begins as text does that holds more than ASCII: {"user":"管理者" …
bool begins_as_text(std::string_view bytes) {
  const auto first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return true;
  const auto rest = bytes.substr(first);
  return rest.starts_with("-----BEGIN") || rest.starts_with("{\"") || rest.starts_with("[\"") ||
         (rest.front() == '{' && can_be_read(rest.substr(0, 8)));
}

tl::unexpected<Error> in_clear_text() {
  return fail(ErrorCode::kInvalid, "access-in-clear-text",
              "can be read by anybody on its way: seal it to the key of GET /v1/sealing-key, and regard what "
              "was sent as known to others",
              "/sealed");
}

}  // namespace

Status check_form(const SealedBox& box) {
  const auto refuse = [](std::string detail, std::string pointer) {
    return fail(ErrorCode::kInvalid, "not-a-sealed-box", std::move(detail), std::move(pointer));
  };
  if (!is_key_id(box.key_id)) return refuse("must be a key_id as GET /v1/sealing-key gives it", "/key_id");
  if (begins_as_text(box.sealed)) return in_clear_text();
  const auto bytes = decode_base64(box.sealed);
  if (!bytes) {
    if (box.sealed.find_first_of(" \n\r\t:{}\"") != std::string::npos) return in_clear_text();
    return refuse("must be what crypto_box_seal gave, in base 64 with + and / and padding", "/sealed");
  }
  if (can_be_read(*bytes) || begins_as_text(*bytes)) return in_clear_text();
  if (box.sealed.size() < kSealedBytesMin || box.sealed.size() > kSealedBytesMax) {
    return refuse("has " + std::to_string(kSealedBytesMin) + " to " + std::to_string(kSealedBytesMax) +
                      " characters of base 64",
                  "/sealed");
  }
  return {};
}

SealedBox seal_to(const PublicKey& key, std::string_view message) {
  use_sodium();
  std::string sealed(crypto_box_SEALBYTES + message.size(), '\0');
  crypto_box_seal(reinterpret_cast<unsigned char*>(sealed.data()), bytes_of(message), message.size(),
                  bytes_of(key.bytes));
  return {key.id, encode_base64(sealed)};
}

Result<Secret> open_box(const Keyring& keys, const SealedBox& box) {
  const KeyPair* key = keys.find(box.key_id);
  if (key == nullptr) {
    return fail(ErrorCode::kInvalid, "access-key-unknown",
                "the key that the access was sealed to is not in the keyring: ask the customer to hand it in "
                "again");
  }
  const auto sealed = decode_base64(box.sealed);
  const auto refused = fail(ErrorCode::kInvalid, "access-not-readable",
                            "the sealed access cannot be opened: it is not what was sealed to this key");
  if (!sealed || sealed->size() <= crypto_box_SEALBYTES) return refused;
  Secret message(sealed->size() - crypto_box_SEALBYTES);
  if (crypto_box_seal_open(message.bytes().data(), bytes_of(*sealed), sealed->size(),
                           bytes_of(key->public_key.bytes), bytes_of(key->secret_key.view())) != 0) {
    return refused;
  }
  return message;
}

}  // namespace rescue::seal
