#pragma once

#include <string>
#include <vector>

#include "rescue/delivery/webhook.hpp"

namespace rescue::delivery {

using Deadline = std::chrono::steady_clock::time_point;

/// Where a call may connect to.
struct Destination {
  std::vector<std::string> addresses;  ///< numeric, each judged; empty: `failure` says why
  Outcome failure;
};

/// Looks the host up, once, and judges every address it leads to: one that is not of the public internet
/// spoils them all, unless such are allowed. kLater "name-not-found", "address-not-allowed", or "timed-out"
/// when the answer is not there by `until`; who looks it up then ends by himself. Thread-safe.
Destination find_destination(const std::string& host, const WebhookOptions& options, Deadline until);

}  // namespace rescue::delivery
