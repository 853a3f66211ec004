#pragma once

#include "rescue/recovery/server_files.hpp"
#include "rescue/recovery/step.hpp"

namespace rescue::recovery {

/// Asks the server's own programs whether they take a step's new files, which lie in a folder of ours
/// meanwhile. kConflict ("configuration-refused") with what they said; errors of the files.
Status try_files(const ServerFiles& files, const Step& step, const RunProgram& run);

/// The program that `names` has, the first of the usual places where it is; the first name where it is in
/// none.
std::string program_of(const ServerFiles& files, std::initializer_list<const char*> names);

}  // namespace rescue::recovery
