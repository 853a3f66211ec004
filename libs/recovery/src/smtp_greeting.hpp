#pragma once

#include <set>
#include <string>

#include "rescue/recovery/server_files.hpp"

namespace rescue::recovery {

/// Where this machine listens for mail by SMTP, as /proc/net tells: ports 25, 587 and 2525, an address for
/// each ("127.0.0.1:25", "[::1]:587"), four at most.
std::set<std::string> smtp_listeners(const ServerFiles& files);
/// Those of them that greet with 220 within ten seconds.
std::set<std::string> smtp_greeters(const ServerFiles& files);
/// Whether all of `before` greet, in a look begun within twenty seconds and not at once: who has just been
/// told to read its settings may still answer by the old ones.
bool still_greet(const std::set<std::string>& before);

}  // namespace rescue::recovery
