#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/delivery/outcome.hpp"

namespace rescue::delivery {

/// What an endpoint's messages are signed with: one secret, or two while it is being changed. Never printed.
class SigningSecrets {
 public:
  /// One or two lines of "whsec_" and the base64 of 24 to 64 bytes (Standard Webhooks, "Signature scheme").
  /// kInvalid "bad-config" without repeating the text.
  static Result<SigningSecrets> parse(std::string_view text);
  /// The value of `webhook-signature`: for each secret "v1," and the base64 of HMAC-SHA-256 over
  /// `id.timestamp.body`, parted by a space.
  std::string sign(std::string_view id, std::int64_t timestamp_s, std::string_view body) const;

 private:
  std::vector<std::string> keys_;
};

/// The numeric addresses that a host leads to; none: there is no such host. May block.
using Lookup = std::function<std::vector<std::string>(const std::string& host)>;

struct WebhookOptions {
  bool allow_private_addresses = false;       ///< loopback, link-local, private and other special networks
  bool allow_http = false;                    ///< without TLS
  std::string ca_file = {};                   ///< certificates to trust in place of the system's
  std::chrono::milliseconds timeout{20'000};  ///< of the whole call, from the name to the answer's last byte
  std::size_t answer_bytes_max = 64 * 1024;   ///< head and body
  Lookup lookup = {};                         ///< empty: the system's resolver
};

/// kInvalid "bad-config" unless it is an absolute https URL (http where that is allowed) without user,
/// password and fragment, of at most 2,000 bytes.
Status check_webhook_url(const std::string& url, bool allow_http);

struct WebhookMessage {
  std::string id;    ///< the same at each attempt
  std::string body;  ///< JSON
  Timestamp at;      ///< of this attempt
};

/// Posts it as Standard Webhooks say (headers webhook-id, webhook-timestamp, webhook-signature). The name is
/// looked up once, every address it leads to is judged, and one of those is connected to: what the name leads
/// to a moment later does not matter. TLS names and checks the host all the same. No redirect is followed, no
/// proxy used, nothing of the answer kept but its status. 2xx: kDelivered; 410: kGone; all else kLater.
/// Thread-safe; blocks up to `timeout`. SIGPIPE must be ignored.
Outcome send_webhook(const std::string& url, const SigningSecrets& secrets, const WebhookMessage& message,
                     const WebhookOptions& options);

}  // namespace rescue::delivery
