#include "fuzz_input.hpp"
#include "rescue/evidence/loose_evidence.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  evidence::recognise(input, false);
  evidence::recognise(input, true);
}
