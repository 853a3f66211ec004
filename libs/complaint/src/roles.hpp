#pragma once

#include <set>
#include <string>
#include <string_view>

#include "addresses.hpp"
#include "rescue/complaint/complaint.hpp"

namespace rescue::complaint {

/// Whether the text around says that this address was attacked, not that it attacks: "to 192.0.2.1",
/// "target: 192.0.2.1", "192.0.2.1 is being attacked", "192.0.2.1 への攻撃".
bool is_target(std::string_view text, const FoundAddress& found);

/// Whether it says directly that this address attacks: "from 192.0.2.1", "src=192.0.2.1", "192.0.2.1 ->",
/// "192.0.2.1 is scanning", "192.0.2.1 から".
bool is_source(std::string_view text, const FoundAddress& found);

/// Those of ours that a text accuses.
struct Accused {
  std::set<std::string> addresses;  ///< each once, not those that are anywhere said to be attacked
  bool in_doubt = false;  ///< one stands beside another's, and nothing says which of the two attacks
};
Accused accused_in(std::string_view text, const net::Networks& ours);

}  // namespace rescue::complaint
