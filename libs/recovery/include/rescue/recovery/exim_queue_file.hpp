#pragma once

#include <string>
#include <string_view>

#include "rescue/recovery/queue_message.hpp"

namespace rescue::recovery {

/// What else a header file of Exim says.
struct EximFlags {
  bool frozen = false;
  bool own_bounce = false;  ///< made here: its content repeats the message that it is about
};

/// Reads a whole "-H" file of Exim's spool: the name, who handed it in, the sender, the time; lines of flags;
/// the tree of those who have it; the recipients; the header lines, each after its length (Exim's
/// specification, "Format of spool files"). False where it is none or breaks off: nothing in `out` can be
/// relied on then.
bool read_exim_header_file(std::string_view bytes, QueueMessage& out, EximFlags& flags);

/// The file with the line that says that it is frozen since `seconds`, as exim -Mf writes it; without that
/// very line. Empty where it is no header file; as it is where it is frozen already, where it is not frozen
/// since then.
std::string with_frozen_line(std::string_view bytes, std::int64_t seconds);
std::string without_frozen_line(std::string_view bytes, std::int64_t seconds);

/// "1xWUYv-00000R-0m", or the longer form since 4.97.
bool is_exim_id(std::string_view name);

}  // namespace rescue::recovery
