#pragma once

#include <string>
#include <vector>

#include "rescue/evidence/log_reader.hpp"

namespace rescue::detect {

/// Entries that must have been there.
struct JournalHole {
  std::uint64_t count = 0;
  Timestamp from{}, to{};         ///< of the entries around it
  std::string path;               ///< of the journal with the entry behind it
  std::uint64_t next_seqnum = 0;  ///< that entry
  std::uint64_t next_offset = 0;
};

struct JournalHoles {
  std::vector<JournalHole> found;       ///< at most 100 of each series
  std::vector<std::string> unfinished;  ///< folders whose numbers are too tangled to be gone through
};

/// Sequence numbers that no journal of a folder has, between those that the system's have: journald counts
/// all entries of a server in one series, whichever file they go to. The first entries may have been rotated
/// away; before them nothing is said.
JournalHoles journal_holes(const std::vector<evidence::LogFileSummary>& logs);

}  // namespace rescue::detect
