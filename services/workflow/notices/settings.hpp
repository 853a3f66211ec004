#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "rescue/config/source.hpp"

namespace rescue::workflow {

/// How notices reach customers and reporters. Without contacts they are shown over REST and nothing is sent.
struct NoticeSettings {
  std::string contacts_file;  ///< "": nobody has an endpoint or an address
  /// R31: what counts as delivery of the report, beside the customer's own receipt: "receipt" (nothing else),
  /// "receipt_or_webhook" (an endpoint's 2xx to the notice that holds the report),
  /// "receipt_or_webhook_or_mail" (a relay's taking of the notice, too).
  std::string report_delivery = "receipt_or_webhook";
  std::chrono::seconds timeout{20};  ///< of one attempt
  /// Between the attempts, each lengthened or shortened by chance by up to a tenth: the schedule of Standard
  /// Webhooks.
  std::vector<std::chrono::seconds> retry_pauses{
      std::chrono::seconds(5), std::chrono::minutes(5), std::chrono::minutes(30),
      std::chrono::hours(2),   std::chrono::hours(5),   std::chrono::hours(10),
      std::chrono::hours(14),  std::chrono::hours(20),  std::chrono::hours(24)};
  std::chrono::seconds endpoint_dead_after = std::chrono::hours(72);  ///< then it is disabled
  bool allow_private_addresses = false;
  bool allow_http = false;
  std::string ca_file;
  struct Relay {
    std::string url;  ///< "": no mail is sent
    std::string from, user, password_file;
    bool require_tls = true;
  };
  Relay relay;
};

/// Reads notices.* of the service's settings.
NoticeSettings read_notice_settings(config::Source& source);

}  // namespace rescue::workflow
