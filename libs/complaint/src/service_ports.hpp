#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rescue::complaint {

struct ServicePort {
  std::optional<std::uint16_t> port;
  std::string protocol;  ///< "tcp", "udp" or empty
};
/// The one port that a text speaks of, behind the server's address ("192.0.2.1:25"), or as "port 25",
/// "25/tcp", "ポート 25". Neither where it speaks of several.
ServicePort service_port(std::string_view text, std::string_view address);

}  // namespace rescue::complaint
