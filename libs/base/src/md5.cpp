#include "rescue/base/md5.hpp"

#include <openssl/evp.h>

#include <stdexcept>

#include "hex_digit.hpp"
#include "openssl.hpp"

namespace rescue {
namespace {

const EVP_MD* algorithm() {
  initialise_openssl();
  static const EVP_MD* found = EVP_MD_fetch(nullptr, "MD5", nullptr);
  if (found == nullptr) throw std::runtime_error("MD5 is not available");
  return found;
}

}  // namespace

std::optional<Md5Digest> parse_md5(std::string_view hex) {
  Md5Digest digest{};
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const auto high = hex_digit(hex[2 * i]);
    const auto low = hex_digit(hex[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    digest.at(i) = static_cast<unsigned char>(*high << 4U | *low);
  }
  return digest;
}

struct Md5::State {
  State() { begin(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }

  void begin() const {
    if (context == nullptr || EVP_DigestInit_ex2(context, algorithm(), nullptr) != 1)
      throw std::runtime_error("MD5 is not available");
  }

  EVP_MD_CTX* context = EVP_MD_CTX_new();
};

Md5::Md5() : state_(std::make_unique<State>()) {}
Md5::~Md5() = default;
Md5::Md5(Md5&&) noexcept = default;
Md5& Md5::operator=(Md5&&) noexcept = default;

void Md5::update(std::string_view bytes) {
  if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1)
    throw std::runtime_error("MD5 update failed");
}

Md5Digest Md5::take() {
  Md5Digest digest{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(state_->context, digest.data(), &size) != 1 || size != digest.size())
    throw std::runtime_error("MD5 failed");
  state_->begin();
  return digest;
}

}  // namespace rescue
