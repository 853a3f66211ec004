#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rescue::complaint {

/// Text in which hxxp, [.], (dot) and the like are written as they are meant.
struct Refanged {
  std::string text;
  std::vector<std::size_t> places;  ///< in `text`, ascending: where something was put right
  /// Whether something was put right within [begin, end).
  bool touched(std::size_t begin, std::size_t end) const;
};
Refanged refang(std::string_view text);

}  // namespace rescue::complaint
