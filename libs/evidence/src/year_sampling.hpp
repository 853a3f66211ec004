#pragma once

#include <optional>

#include "rescue/evidence/byte_stream.hpp"
#include "rescue/evidence/syslog.hpp"

namespace rescue::evidence {

/// What scan_years() finds, of a large file that is not compressed, by reading a sixteenth of it: where a
/// line every 64 KiB has the date of the one before, what lies between is left out. Whoever reads the lines
/// must hold the years against it (GroupYears::last_year). Nothing where that cannot be: a small file, a
/// compressed one, one with holes or with lines of another form; also once the time is up.
std::optional<YearScan> sample_years(const OpenFile& file, const TimeIsUp& time_is_up);

}  // namespace rescue::evidence
