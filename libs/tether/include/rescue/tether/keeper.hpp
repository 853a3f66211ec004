#pragma once

#include <chrono>
#include <string>

namespace rescue::tether {

/// Where the keeper speaks, and how long it bears silence.
struct KeeperOptions {
  int in = 0;
  int out = 1;
  std::string
      folder;  ///< ours alone; the program is put there, and all of it is gone before the program runs
  std::chrono::seconds silence{60};  ///< after so much of it the line counts as cut
  std::chrono::seconds between_beats{5};
};

/// Holds one program at the other end of a line: takes it from the line, checks its SHA-256, removes what lay
/// on the disk, runs it with low priority, carries its streams, and ends it when the line ends or falls
/// silent (after its grace, where it has one). A file named "keeper" in the folder is removed with it.
/// Returns the exit code: 0 when it did its work, whatever became of the program. The process must have one
/// thread and no other children; its signals become the keeper's.
int keep(const KeeperOptions& options);

}  // namespace rescue::tether
