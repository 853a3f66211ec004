#include "rescue/base/hmac.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <stdexcept>

#include "openssl.hpp"

namespace rescue {

struct HmacSha256::State {
  explicit State(std::string_view key) {
    initialise_openssl();
    mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    context = mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac);
    std::string digest = "SHA256";
    const std::array<OSSL_PARAM, 2> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()};
    const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
    if (context == nullptr || EVP_MAC_init(context, bytes, key.size(), parameters.data()) != 1) {
      release();
      throw std::runtime_error("HMAC-SHA-256 is not available");
    }
  }
  ~State() { release(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  void release() {
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
  }

  EVP_MAC* mac = nullptr;
  EVP_MAC_CTX* context = nullptr;
};

HmacSha256::HmacSha256(std::string_view key) : state_(std::make_unique<State>(key)) {}
HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

std::string HmacSha256::hex(std::initializer_list<std::string_view> parts) {
  // Without a key: begin anew with the one that is prepared.
  bool well = EVP_MAC_init(state_->context, nullptr, 0, nullptr) == 1;
  for (const std::string_view part : parts) {
    well = well && EVP_MAC_update(state_->context, reinterpret_cast<const unsigned char*>(part.data()),
                                  part.size()) == 1;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  std::size_t size = 0;
  if (!well || EVP_MAC_final(state_->context, digest.data(), &size, digest.size()) != 1) {
    throw std::runtime_error("HMAC-SHA-256 failed");
  }
  return hex_of(digest.data(), size);
}

}  // namespace rescue
