#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace rescue::evidence {

/// SipHash-2-4 (Aumasson and Bernstein, 2012) with a key of 16 bytes: what journald hashes texts with since
/// systemd 246, the file's id being the key.
std::uint64_t siphash24(std::string_view bytes, const std::array<char, 16>& key);

/// Bob Jenkins's lookup3, hashlittle2() with both initial values 0, as one number: what older journals hold.
std::uint64_t lookup3_64(std::string_view bytes);

}  // namespace rescue::evidence
