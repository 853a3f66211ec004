#include "fuzz_input.hpp"
#include "rescue/evidence/authorized_keys.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  std::size_t bad_lines = 0;
  evidence::parse_authorized_keys(input, bad_lines);
}
