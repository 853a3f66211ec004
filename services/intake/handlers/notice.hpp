#pragma once

#include <optional>
#include <string>

#include "parts.hpp"
#include "rescue/incident/complaint.hpp"
#include "rescue/service/acting_for.hpp"

namespace rescue::intake {

/// The body of a report after all checks that need no other data.
struct Notice {
  std::string source;
  std::string category;
  catalog::ServerKey server;
  std::string summary;
  std::optional<Timestamp> seen_at;
  std::optional<incident::Complaint> complaint;
  std::optional<service::ActingFor> acting_for;
  bool mail = false;
  std::string subject;                    ///< a mail's
  std::optional<std::string> for_person;  ///< why a person has to read it; no server then
  std::optional<std::string> reference;   ///< the reporter's own number for it
  std::optional<std::string> of_report;   ///< which one an operator has read
};

/// POST /v1/reports as JSON, or as a mail by its Content-Type message/rfc822. `ours`: a mail's addresses
/// outside of them are never accused.
Result<Notice> read_notice(const net::Networks& ours, const http::Request& request);

}  // namespace rescue::intake
