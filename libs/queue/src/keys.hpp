#pragma once

#include <string_view>

namespace rescue::queue {

/// The one consumer group of every stream: the service that the stream is named after.
inline constexpr std::string_view kGroup = "rescue";
/// The field of a stream entry that holds the payload.
inline constexpr std::string_view kPayload = "m";
/// The field that holds its seal (seal.hpp).
inline constexpr std::string_view kSeal = "a";

}  // namespace rescue::queue
