#pragma once

#include <optional>
#include <string>

#include "rescue/evidence/byte_stream.hpp"
#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// A journal to be read here and there.
struct OpenJournal {
  OpenFile file;
  std::optional<Gap> gap;  ///< it was unpacked, and not to its end
};

/// A journal as it lies there, or unpacked (.gz, .xz, .zst, .bz2) into memory: at most 128 MiB, as large as
/// journald makes them by itself; what lies behind is a gap, and so is what is damaged.
Result<OpenJournal> open_journal(const SafeRoot& root, const std::string& path, const TimeIsUp& time_is_up);

/// The first bytes of a journal, unpacked; fewer where there are no more.
std::string journal_beginning(const std::string& path, OpenFile file, std::size_t bytes);

}  // namespace rescue::evidence
