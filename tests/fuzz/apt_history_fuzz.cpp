#include <cstdlib>

#include "apt_history.hpp"
#include "fuzz_input.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  const evidence::TimeZone zone;
  evidence::AptHistory reader(zone);
  while (!input.empty()) {
    evidence::Event event;
    if (reader.add(evidence::take_line(input), event) && event.field_count == 0) std::abort();
  }
}
