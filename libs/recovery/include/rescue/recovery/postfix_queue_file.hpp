#pragma once

#include "rescue/evidence/safe_root.hpp"
#include "rescue/recovery/queue_message.hpp"

namespace rescue::recovery {

/// Reads what a queue file of Postfix says of its message, `id` excepted: records of a type byte, the length
/// in groups of seven bits, the lowest first, and the data (Postfix's global/rec_type.h, global/record.c):
/// the envelope up to `M`, the header of the content, the records taken from it behind `X`. Pointer records
/// are followed, 64 at most; at most 512 KiB are read. False where it is no queue file or breaks off before
/// its content: nothing in `out` can be relied on then.
bool read_postfix_message(const evidence::OpenFile& file, QueueMessage& out);

}  // namespace rescue::recovery
