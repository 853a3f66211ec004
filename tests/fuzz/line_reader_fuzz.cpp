#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/evidence/line_reader.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// Blocks hold whole lines and count them as they are.
void fuzz_one(std::string_view input) {
  evidence::MemoryStream stream(input);
  evidence::LineReader reader(stream);
  evidence::LineBlock block;
  std::uint64_t lines = 0;
  while (reader.next(block)) {
    if (block.first_line != lines + 1) std::abort();
    for (auto text = block.text; !text.empty(); ++lines) evidence::take_line(text);
  }
  if (lines != reader.lines()) std::abort();
}
