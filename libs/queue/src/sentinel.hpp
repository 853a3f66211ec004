#pragma once

#include "rescue/queue/redis.hpp"

namespace rescue::queue {

/// Where the master is that these options name, by the first sentinel that knows; that one is asked first the
/// next time (redis.io/docs/reference/sentinel-clients). kUnavailable ("redis-unavailable") with what each
/// answered.
Result<Address> find_master(RedisOptions& options);

}  // namespace rescue::queue
