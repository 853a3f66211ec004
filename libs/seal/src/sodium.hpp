#pragma once

#include <sodium.h>

#include <stdexcept>

namespace rescue::seal {

/// Before the first call of the library; may be repeated, from any thread.
inline void use_sodium() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used");
}

}  // namespace rescue::seal
