#pragma once

#include <string>
#include <vector>

#include "rescue/outside/check.hpp"

namespace rescue::outside {

/// One pair of MAIL and RCPT by which open relays have let strangers' mail through.
struct RelayTrick {
  std::string name;
  std::string sender, recipient;  ///< paths, with their brackets
  /// The recipient stands under the server's own name: a server that takes any mailbox there may mean one of
  /// its own.
  bool looks_local = false;
};

/// Whom the tricks speak of. `server` is the name that the server greets by, or its address literal.
struct RelayNames {
  std::string sender, recipient;  ///< mailboxes, user@domain
  std::string server, literal;
};

std::vector<RelayTrick> relay_tricks(const RelayNames& names);

}  // namespace rescue::outside
