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

/// Is a mail server's message beyond doubt: by its program, as a user that is nobody's, in its own unit.
/// Users can have its programs run something of theirs (LD_PRELOAD), but neither as such a user nor there.
bool is_of_mail_server(const JournalEntry& entry);
bool is_unit_of_mail(std::string_view unit);

}  // namespace rescue::evidence
