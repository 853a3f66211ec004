#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/evidence/access_log.hpp"
#include "rescue/evidence/line_reader.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  while (!input.empty()) {
    const auto line = evidence::take_line(input);
    evidence::Event event;
    if (!evidence::parse_access_line(line, event)) continue;
    const auto path = evidence::decode_path(event.field(evidence::FieldName::kTarget));
    // Nothing climbs out of the web root.
    if (!path.starts_with('/') || path.find("/../") != path.npos || path.ends_with("/..")) std::abort();
    evidence::percent_decode(line, true);
  }
}
