// Stand-ins for two of libyara's modules, under its own names, so that the linker takes these: `magic` reads
// a data base of the machine the program runs on, `cuckoo` a report that nobody has here. They declare
// nothing, so a rule that uses them does not compile.
#include <stdexcept>

#include "rescue/base/sha256.hpp"
#include "yara_library.hpp"

#define RESCUE_EMPTY_MODULE(name)                                 \
  int name##__declarations(YR_OBJECT*) {                          \
    return ERROR_SUCCESS;                                         \
  }                                                               \
  int name##__load(YR_SCAN_CONTEXT*, YR_OBJECT*, void*, size_t) { \
    return ERROR_SUCCESS;                                         \
  }                                                               \
  int name##__unload(YR_OBJECT*) {                                \
    return ERROR_SUCCESS;                                         \
  }                                                               \
  int name##__initialize(YR_MODULE*) {                            \
    return ERROR_SUCCESS;                                         \
  }                                                               \
  int name##__finalize(YR_MODULE*) {                              \
    return ERROR_SUCCESS;                                         \
  }

extern "C" {
RESCUE_EMPTY_MODULE(magic)
RESCUE_EMPTY_MODULE(cuckoo)
}

namespace rescue::match {

void initialise_yara() {
  // Hashing initialises OpenSSL the way that reads no settings of the machine; libyara would have it read
  // them.
  static const std::string openssl_is_ready = sha256_hex("");
  static const int done = yr_initialize();
  if (done != ERROR_SUCCESS) throw std::runtime_error("libyara cannot be used");
}

}  // namespace rescue::match
