#pragma once

#include "parts.hpp"

namespace rescue::intake {

/// request.decided: stores workflow's decision and, once that is durable, wakes who waits for it.
Status on_request_decided(Parts& parts, store::Tx& tx, const Message& message);

}  // namespace rescue::intake
