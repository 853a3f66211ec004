#pragma once

#include <string>

#include "rescue/base/clock.hpp"
#include "rescue/delivery/outcome.hpp"

namespace rescue::delivery {

/// The provider's own relay, which carries mail on.
struct MailOptions {
  std::string relay_url;  ///< smtp://host:port (STARTTLS) or smtps://host:port
  std::string user = {};  ///< "": no log-in
  std::string password = {};
  std::string from;
  bool require_tls = true;
  std::string ca_file = {};  ///< certificates to trust in place of the system's
  std::chrono::milliseconds timeout{20'000};
};

/// Plain text to one recipient.
struct Mail {
  std::string id;  ///< becomes the Message-ID, with the sender's domain: the same at each attempt
  std::string to;
  std::string subject, text;  ///< UTF-8
  std::string language;       ///< "ja" or "en"
  Timestamp date;
};

/// kInvalid "bad-config" unless it is a plain address (RFC 5321 dot-string@domain, ASCII, at most 254 bytes).
Status check_mail_address(const std::string& address);
/// kInvalid "bad-config" unless smtp://host[:port] or smtps://host[:port].
Status check_relay_url(const std::string& url);

/// Hands it to the relay. kDelivered: the relay has taken it (its reply is in `detail`), from where on it is
/// the relay's to carry. kNever: the relay refused this recipient or text for good (5xx). All else kLater.
/// Thread-safe; blocks up to `timeout`.
Outcome send_mail(const Mail& mail, const MailOptions& options);

}  // namespace rescue::delivery
