#pragma once

#include <functional>
#include <string_view>

#include "parts.hpp"

namespace rescue::intake {

/// Which addresses of a mail are ours, where no setting names our networks: those that the directory of
/// contracts knows now. Empty where it knows none of them, or the mail names more than can be asked about:
/// then any may be, and several are for a person to judge. kUnavailable ("contracts-unavailable").
using OurAddresses = std::function<void(Result<net::Networks>)>;
/// Calls `found` once, as Contracts::find does.
void find_our_addresses(const Parts& parts, std::string_view mail, Timestamp now, OurAddresses found);

}  // namespace rescue::intake
