#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rescue::evidence {

/// Unpacks what a DATA object holds compressed, at most `max_bytes` of it, into `out`. `packing` is one flag
/// of JournalPacking; LZ4 blocks have their unpacked size (8 bytes) in front. False when `stored` is damaged.
bool unpack_journal_blob(std::uint8_t packing, std::string_view stored, std::size_t max_bytes,
                         std::string& out);

}  // namespace rescue::evidence
