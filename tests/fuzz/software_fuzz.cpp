#include <algorithm>
#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/evidence/software.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// A path in the first line, and the beginning of the file that lies there.
void fuzz_one(std::string_view input) {
  const auto end = std::min(input.find('\n'), input.size());
  const auto path = input.substr(0, end);
  const auto text = input.substr(std::min(end + 1, input.size()));
  if (!evidence::may_name_software(path)) return;
  for (const auto& piece : evidence::read_software(path, text)) {
    if (piece.version.size() > 40 || piece.name.size() > 120 || !path.starts_with(piece.path)) std::abort();
  }
}
