#pragma once

#include <string>

namespace rescue {

/// Before any other call to OpenSSL, which would else load what the machine's openssl.cnf names: foreign code
/// in a static binary. Throws std::runtime_error.
void initialise_openssl();

std::string hex_of(const unsigned char* bytes, std::size_t size);

}  // namespace rescue
