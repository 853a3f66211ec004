#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/json.hpp"

namespace rescue::ctl {

/// `text` for a terminal: control bytes, line ends and bytes that are no UTF-8 are shown as \xNN, so that
/// what came from a hostile server cannot steer the terminal. C1 controls and direction marks likewise, as
/// \uNNNN.
std::string escaped(std::string_view text);

/// Columns that `text` takes on a terminal: East Asian wide characters take two.
std::size_t display_width(std::string_view text);

/// A table with a header row, columns aligned, two spaces between; cells are escaped. Ends with a line end.
std::string table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);

/// "name:  value" lines, the values aligned; values are escaped.
std::string facts(const std::vector<std::pair<std::string, std::string>>& lines);

/// The field as text: a string as it is, null and absent as "-", a list joined by ", ", else compact JSON.
std::string field(const Json& object, std::string_view key);

/// `done`, escaped; or that another operator has to agree first.
std::string done_or_waiting(const Json& answer, const std::string& done);

}  // namespace rescue::ctl
