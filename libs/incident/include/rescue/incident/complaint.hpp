#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rescue/base/json.hpp"

namespace rescue::incident {

inline constexpr std::size_t kComplaintUrlBytesMax = 2'048;

/// What a report says the server does, as far as it can be looked at from outside.
struct Complaint {
  std::string kind;                          ///< one of complaint_kinds()
  std::optional<std::string> url = {};       ///< http or https; always for phishing_url and malware_url
  std::optional<std::int64_t> port = {};     ///< 1 to 65535; always for open_port
  std::optional<std::string> protocol = {};  ///< tcp, udp
  bool operator==(const Complaint&) const = default;
};

/// open_relay, spam, phishing_url, malware_url, open_port, login_attack, port_scan, ddos, other
const std::vector<std::string>& complaint_kinds();

/// {kind, url?, port?, protocol?}, of a request's body, of a message or from storage. kInvalid with the
/// pointer of the field that is wrong: "missing-field", "unknown-field", "not-allowed-value", "out-of-range".
Result<Complaint> read_complaint(JsonReader in);
/// The same form; what is not there is left out.
Json to_json(const Complaint& complaint);

}  // namespace rescue::incident
