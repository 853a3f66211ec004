#include "rescue/base/sha256.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <stdexcept>

namespace rescue {
namespace {

// OpenSSL would else load what the machine's openssl.cnf names, which is foreign code in a static binary.
void initialise_openssl() {
  static const int done = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  if (done != 1) throw std::runtime_error("OPENSSL_init_crypto failed");
}

std::string hex_of(const unsigned char* bytes, unsigned size) {
  std::string text;
  text.reserve(std::size_t{size} * 2);
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[bytes[i] >> 4U];
    text += "0123456789abcdef"[bytes[i] & 15U];
  }
  return text;
}

/// Looked up once: EVP_sha256() would have its implementation looked for at each use.
const EVP_MD* algorithm() {
  initialise_openssl();
  static const EVP_MD* found = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  if (found == nullptr) throw std::runtime_error("SHA-256 is not available");
  return found;
}

class Digest {
 public:
  Digest() { begin(); }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  ~Digest() { EVP_MD_CTX_free(context_); }

  void begin() {
    if (context_ == nullptr || EVP_DigestInit_ex2(context_, algorithm(), nullptr) != 1) {
      throw std::runtime_error("SHA-256 is not available");
    }
  }
  void update(std::string_view bytes) {
    if (EVP_DigestUpdate(context_, bytes.data(), bytes.size()) != 1)
      throw std::runtime_error("SHA-256 update failed");
  }
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_, digest.data(), &size) != 1) throw std::runtime_error("SHA-256 failed");
    return hex_of(digest.data(), size);
  }

 private:
  EVP_MD_CTX* context_ = EVP_MD_CTX_new();
};

/// HMAC-SHA-256 under a key that mostly stays the same: setting one up costs more than a short text.
class Mac {
 public:
  Mac() = default;
  Mac(const Mac&) = delete;
  Mac& operator=(const Mac&) = delete;
  ~Mac() { EVP_MAC_CTX_free(context_); }

  std::string hex(std::string_view key, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    std::size_t size = 0;
    const auto* text = reinterpret_cast<const unsigned char*>(bytes.data());
    if (!begin(key) || EVP_MAC_update(context_, text, bytes.size()) != 1 ||
        EVP_MAC_final(context_, digest.data(), &size, digest.size()) != 1) {
      throw std::runtime_error("HMAC-SHA-256 failed");
    }
    return hex_of(digest.data(), static_cast<unsigned>(size));
  }

 private:
  bool begin(std::string_view key) {
    if (context_ != nullptr && key == key_) return EVP_MAC_init(context_, nullptr, 0, nullptr) == 1;
    EVP_MAC_CTX_free(context_);
    initialise_openssl();
    static EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    context_ = hmac != nullptr ? EVP_MAC_CTX_new(hmac) : nullptr;
    if (context_ == nullptr) return false;
    key_ = key;
    char name[] = "SHA2-256";
    const OSSL_PARAM of[] = {OSSL_PARAM_construct_utf8_string("digest", name, 0), OSSL_PARAM_construct_end()};
    const auto* bytes = reinterpret_cast<const unsigned char*>(key_.data());
    return EVP_MAC_init(context_, bytes, key_.size(), of) == 1;
  }

  EVP_MAC_CTX* context_ = nullptr;
  std::string key_;
};

}  // namespace

struct Sha256::State {
  Digest digest;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  state_->digest.update(bytes);
}

std::string Sha256::hex() {
  return state_->digest.hex();
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  thread_local Mac mac;
  return mac.hex(key, bytes);
}

std::string sha256_hex(std::string_view bytes) {
  // Begun anew each time: making a context costs more than hashing a short text.
  thread_local Digest digest;
  digest.begin();
  digest.update(bytes);
  return digest.hex();
}

bool is_sha256_hex(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace rescue
