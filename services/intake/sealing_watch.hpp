#pragma once

#include "rescue/service/sealing_keys.hpp"
#include "rescue/service/service.hpp"

namespace rescue::intake {

/// Shows how long access can be sealed for, in /readyz as a warning and as metrics: when the key that is
/// offered ends, which keys boxes are taken for, and a file that cannot be used (as "sealing" among the
/// annexes). `keys` outlives the service's listeners.
void watch_sealing(service::Service& service, service::SealingKeys& keys);

}  // namespace rescue::intake
