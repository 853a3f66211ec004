#include "host_key.hpp"

#include <algorithm>
#include <sstream>

#include "rescue/base/base64.hpp"

namespace rescue::target {
namespace {

constexpr const char* kEd25519 = "ssh-ed25519";
constexpr const char* kEcdsa = "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521";
// The last one for servers that know nothing younger; the key is pinned, its signature proves possession
// only.
constexpr const char* kRsa = "rsa-sha2-512,rsa-sha2-256,ssh-rsa";
constexpr std::string_view kPrefix = "SHA256:";

tl::unexpected<Error> bad() {
  return fail(ErrorCode::kInvalid, "bad-access",
              "host_key is a public key as in authorized_keys, or SHA256: and 43 characters as ssh-keygen -l "
              "prints them");
}

}  // namespace

Result<PinnedKey> PinnedKey::parse(const std::string& text) {
  PinnedKey out;
  if (text.starts_with(kPrefix)) {
    constexpr std::size_t kDigestBytes = 32;
    std::string digits = text.substr(kPrefix.size());
    while (digits.ends_with('=')) digits.pop_back();
    const auto bytes = decode_base64(digits + '=');
    if (!bytes || bytes->size() != kDigestBytes) return bad();
    out.fingerprint_ = std::string(kPrefix) + digits;
    return out;
  }
  std::istringstream words(text);
  std::string type, base64;
  words >> type >> base64;
  ssh_key key = nullptr;
  if (ssh_pki_import_pubkey_base64(base64.c_str(), ssh_key_type_from_name(type.c_str()), &key) != SSH_OK)
    return bad();
  out.key_.reset(key);
  return out;
}

std::vector<const char*> PinnedKey::algorithms() const {
  if (!key_) return {kEd25519, kEcdsa, kRsa};
  switch (ssh_key_type(key_.get())) {
    case SSH_KEYTYPE_ED25519:
      return {kEd25519};
    case SSH_KEYTYPE_RSA:
      return {kRsa};
    default:
      return {kEcdsa};
  }
}

bool PinnedKey::fits(ssh_key shown) const {
  if (key_) return ssh_key_cmp(key_.get(), shown, SSH_KEY_CMP_PUBLIC) == 0;
  return fingerprint_of(shown) == fingerprint_;
}

std::string fingerprint_of(ssh_key key) {
  unsigned char* hash = nullptr;
  std::size_t size = 0;
  if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != 0) return "unknown";
  std::string text = encode_base64({reinterpret_cast<const char*>(hash), size});
  ssh_clean_pubkey_hash(&hash);
  while (text.ends_with('=')) text.pop_back();
  return std::string(kPrefix) + text;
}

}  // namespace rescue::target
