#include "fuzz_input.hpp"
#include "rescue/evidence/line_reader.hpp"
#include "rescue/evidence/syslog.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  evidence::MemoryStream stream(input);
  evidence::scan_years(stream);
  const evidence::TimeZone zone;
  evidence::YearClock clock(2026, zone);
  while (!input.empty()) {
    if (const auto line = evidence::parse_syslog_line(evidence::take_line(input))) clock.moment_of(*line);
  }
}
