#pragma once

#include <string_view>

#include "journal_file.hpp"

namespace rescue::evidence {

/// Says journald itself that another program than `program`, whose name the message bears, wrote it? What
/// journald does not know (programs that ended too soon) accuses nobody.
bool is_forged(const JournalEntry& entry, std::string_view program);

}  // namespace rescue::evidence
