#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/evidence/inflate.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  constexpr std::size_t kMost = 1U << 20U;
  for (const auto wrapping : {evidence::DeflateWrapping::kNone, evidence::DeflateWrapping::kZlibOrGzip}) {
    if (evidence::inflate(input, wrapping, kMost).size() > kMost) std::abort();
  }
}
