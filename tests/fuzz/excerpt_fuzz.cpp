#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/evidence/excerpt.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  for (const char c : evidence::escape_excerpt(input, 4'000)) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) std::abort();
  }
}
