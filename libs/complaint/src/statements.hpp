#pragma once

#include <string_view>
#include <vector>

namespace rescue::complaint {

/// Where the statements of a text end, ascending: a sentence that goes on over lines is one, a line of a log,
/// of a list or of a form is one of its own.
std::vector<std::size_t> statement_ends(std::string_view text);

}  // namespace rescue::complaint
