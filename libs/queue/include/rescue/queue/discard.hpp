#pragma once

#include <cstdint>
#include <string>

#include "rescue/queue/redis.hpp"

namespace rescue::queue {

/// Throws away what lies in a service's stream, given out or not, and the mark that it left: after a restore
/// they tell of a time that has not been. No service may run. It needs the rights of that service's own Redis
/// user only. Returns how many entries there were. kUnavailable.
Result<std::int64_t> discard(const RedisOptions& options, const std::string& service);

}  // namespace rescue::queue
