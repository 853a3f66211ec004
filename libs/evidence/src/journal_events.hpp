#pragma once

#include <functional>

#include "log_file_parser.hpp"

namespace rescue::evidence {

/// Reads one systemd journal: its entries become the events that the same messages in a text log would be,
/// with journald's own fields (_UID, _EXE, _SYSTEMD_UNIT) beside them. A message that bears a system
/// program's name and does not come from it is no event of that program: it is counted as forged.
LogTaskResult parse_journal(const SafeRoot& root, const LogTask& task, const LogReading& how,
                            const EmitBatch& emit);

}  // namespace rescue::evidence
