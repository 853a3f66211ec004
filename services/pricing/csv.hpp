#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::pricing {

/// One field of a CSV file (RFC 4180): quoted where it holds a comma, a quote or a line end. A text that a
/// spreadsheet would take for a formula (it begins with = + - @, a tab or a line end, spaces before it or
/// not) gets an apostrophe before it.
std::string csv_text(std::string_view text);
/// A number is none: a negative one stays a number.
std::string csv_number(std::int64_t number);
/// Fields that are ready, as one record with its line end (CRLF).
std::string csv_record(const std::vector<std::string>& fields);

}  // namespace rescue::pricing
