#include "rescue/base/file_digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

#include "hex_digit.hpp"
#include "openssl.hpp"

namespace rescue {
namespace {

constexpr std::size_t kKinds = 5;
constexpr std::array<const char*, kKinds> kNames = {"MD5", "SHA1", "SHA2-256", "SHA2-384", "SHA2-512"};
constexpr std::array<std::size_t, kKinds> kSizes = {16, 20, 32, 48, 64};

std::size_t index_of(DigestKind kind) {
  return static_cast<std::size_t>(kind);
}

/// Looked up once for each kind.
const EVP_MD* algorithm(DigestKind kind) {
  static const auto all = [] {
    initialise_openssl();
    std::array<const EVP_MD*, kKinds> found{};
    for (std::size_t i = 0; i < kKinds; ++i) found.at(i) = EVP_MD_fetch(nullptr, kNames.at(i), nullptr);
    return found;
  }();
  return all.at(index_of(kind));
}

}  // namespace

FileDigest digest_of(const Md5Digest& md5) {
  FileDigest digest;
  std::copy(md5.begin(), md5.end(), digest.bytes.begin());
  return digest;
}

std::optional<FileDigest> parse_digest(DigestKind kind, std::string_view hex) {
  FileDigest digest{.kind = kind};
  const auto size = kSizes.at(index_of(kind));
  if (hex.size() != 2 * size) return std::nullopt;
  for (std::size_t i = 0; i < size; ++i) {
    const auto high = hex_digit(hex[2 * i]);
    const auto low = hex_digit(hex[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    if (i < digest.bytes.size()) digest.bytes.at(i) = static_cast<unsigned char>(*high << 4U | *low);
  }
  return digest;
}

std::string to_hex(const FileDigest& digest) {
  return hex_of(digest.bytes.data(), std::min(digest.bytes.size(), kSizes.at(index_of(digest.kind))));
}

struct DigestStream::State {
  explicit State(DigestKind which) : kind(which) { begin(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }

  void begin() const {
    const auto* how = algorithm(kind);
    if (how == nullptr || context == nullptr || EVP_DigestInit_ex2(context, how, nullptr) != 1)
      throw std::runtime_error(std::string(kNames.at(index_of(kind))) + " is not available");
  }

  DigestKind kind;
  EVP_MD_CTX* context = EVP_MD_CTX_new();
};

DigestStream::DigestStream(DigestKind kind) : state_(std::make_unique<State>(kind)) {}
DigestStream::~DigestStream() = default;
DigestStream::DigestStream(DigestStream&&) noexcept = default;
DigestStream& DigestStream::operator=(DigestStream&&) noexcept = default;

void DigestStream::update(std::string_view bytes) {
  if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1)
    throw std::runtime_error("a digest failed");
}

std::string DigestStream::take_bytes() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(state_->context, digest.data(), &size) != 1)
    throw std::runtime_error("a digest failed");
  state_->begin();
  return {digest.begin(), digest.begin() + size};
}

FileDigest DigestStream::take() {
  FileDigest digest{.kind = state_->kind};
  const auto bytes = take_bytes();
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.bytes.size()), digest.bytes.begin());
  return digest;
}

}  // namespace rescue
