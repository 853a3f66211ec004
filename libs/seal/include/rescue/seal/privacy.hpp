#pragma once

#include "rescue/base/result.hpp"

namespace rescue::seal {

/// For a process that opens sealed boxes, before any thread runs: it leaves no core dump (RLIMIT_CORE 0), and
/// neither a debugger nor /proc/<pid>/mem of another process of the same user can read it (PR_SET_DUMPABLE
/// 0, prctl(2)). kInternal when the system refuses.
Status keep_memory_private();

}  // namespace rescue::seal
