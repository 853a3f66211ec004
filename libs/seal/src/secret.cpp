#include "rescue/seal/secret.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "sodium.hpp"

namespace rescue::seal {

Secret::Secret(std::size_t size) : size_(size) {
  use_sodium();
  // One more for the zero at the end, so that a C library can be handed the text as it is.
  bytes_.reset(static_cast<unsigned char*>(sodium_malloc(size + 1)));
  if (bytes_ == nullptr) throw std::bad_alloc();
  sodium_memzero(bytes_.get(), size + 1);
}

Secret Secret::copy_of(std::string_view bytes) {
  Secret out(bytes.size());
  if (!bytes.empty()) std::memcpy(out.bytes_.get(), bytes.data(), bytes.size());
  return out;
}

std::string_view Secret::view() const {
  return {c_str(), bytes_ == nullptr ? 0 : size_};
}

std::span<unsigned char> Secret::bytes() {
  return {bytes_.get(), bytes_ == nullptr ? 0 : size_};
}

const char* Secret::c_str() const {
  return bytes_ == nullptr ? "" : reinterpret_cast<const char*>(bytes_.get());
}

void Secret::cut(std::size_t size) {
  if (bytes_ == nullptr || size >= size_) return;
  sodium_memzero(bytes_.get() + size, size_ - size);
  size_ = size;
}

void Secret::Free::operator()(unsigned char* bytes) const {
  sodium_free(bytes);  // which overwrites them first
}

}  // namespace rescue::seal
