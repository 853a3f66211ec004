#pragma once

#include <string>
#include <vector>

#include "live_files.hpp"

namespace rescue::evidence {

/// A process that the kernel knows and the list of /proc leaves out.
struct HiddenProcess {
  std::int32_t pid = 0;
  std::string way;  ///< "unlisted": its folder is there all the same; "no_folder": not even that
};

/// Asks for every number that a process may have. Threads answer, too, and stand in no list: they are told
/// apart by the process they belong to. What seems hidden is looked for twice more, so that one that has just
/// begun or ended accuses nobody.
std::vector<HiddenProcess> find_hidden(const LiveTaking& how, LiveFiles& files);

}  // namespace rescue::evidence
