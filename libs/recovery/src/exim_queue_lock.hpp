#pragma once

#include <string>

#include "queue_folder.hpp"

namespace rescue::recovery {

/// Exim's own lock on a message: on the first line of its data file, until the descriptor is closed. Looked
/// at again under it: what Exim delivered meanwhile is gone, although its open file can still be locked.
/// kConflict where another process has it; kNotFound where the name is not this file's any more.
Result<UniqueFd> lock_exim_message(const QueueFolder& folder, const std::string& id, const FileMark& mark);

}  // namespace rescue::recovery
