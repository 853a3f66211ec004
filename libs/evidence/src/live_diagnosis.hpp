#pragma once

#include <string>
#include <string_view>

#include "rescue/evidence/live_sockets.hpp"

namespace rescue::evidence {

/// Asks for all sockets of TCP that listen or are connected, of IPv4 and IPv6; at most 4 MiB of the kernel's
/// messages as they come. Empty where it does not answer.
std::string ask_for_sockets(int channel);

/// What these messages tell: struct inet_diag_msg behind struct nlmsghdr (sock_diag(7)).
std::vector<LiveSocket> parse_diagnosis(std::string_view messages);

}  // namespace rescue::evidence
