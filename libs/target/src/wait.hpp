#pragma once

#include <functional>
#include <string>

#include "rescue/target/target.hpp"

namespace rescue::target {

/// How long to wait, and who may end it sooner.
struct Wait {
  SteadyTime until;
  const std::function<bool()>& interrupted;

  /// The error that ends the waiting ("target-silent" with `what`; "target-interrupted"), or nothing yet.
  Status still(const std::string& what) const;
  /// How long to sleep before the next look at both.
  int slice_ms() const;
};

/// kInvalid ("bad-access") for what is no IPv4 or IPv6 address: a name would be looked up, which nobody
/// bounds.
Status check_address(const std::string& address);
/// A connected socket: bytes that nobody acknowledges or takes end it.
void bound_silence(int fd);

}  // namespace rescue::target
