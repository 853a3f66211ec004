#pragma once

#include <string_view>

#include "journal_file.hpp"

namespace rescue::evidence {

/// What stands after the last slash; all of it where there is none.
inline std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 == 0
}

/// Says journald itself that another program than `program`, whose name the message bears, wrote it? What
/// journald does not know (programs that ended too soon) accuses nobody.
bool is_forged(const JournalEntry& entry, std::string_view program);

}  // namespace rescue::evidence
