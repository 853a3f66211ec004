#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rescue::evidence {

/// Unpacks what a DATA object holds compressed into `out`, as much of it as there is room for; gives how many
/// bytes. `packing` is the object's flag; LZ4 blocks have their unpacked size (8 bytes) in front. Nothing
/// when `stored` is damaged.
std::optional<std::size_t> unpack_journal_blob(std::uint8_t packing, std::string_view stored,
                                               std::span<char> out);

}  // namespace rescue::evidence
