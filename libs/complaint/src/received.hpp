#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rescue/net/address.hpp"

namespace rescue::complaint {

/// Of a message's Received fields (the last hop's first): the address of ours that handed it over to the one
/// who got it. Only hops that the receiving side wrote are believed: going down, a hop within one domain, its
/// name confirmed by the host that wrote the field, is passed over; the first other one is the hand-over, and
/// what stands below it anybody could have written. Nothing where that is not an address of ours.
std::optional<std::string> handed_over_by(const std::vector<std::string>& received,
                                          const net::Networks& ours);

}  // namespace rescue::complaint
