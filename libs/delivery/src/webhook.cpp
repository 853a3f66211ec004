#include "rescue/delivery/webhook.hpp"

#include <time.h>

#include <algorithm>
#include <charconv>

#include "destination.hpp"
#include "endpoint_call.hpp"

namespace rescue::delivery {
namespace {

constexpr std::chrono::hours kRetryAfterMax{24};

std::map<std::string, std::string> headers(const SigningSecrets& secrets, const WebhookMessage& message) {
  const auto timestamp_s =
      std::chrono::duration_cast<std::chrono::seconds>(message.at.time_since_epoch()).count();
  return {{"Content-Type", "application/json"},
          {"User-Agent", "rescue-notices/1"},
          {"webhook-id", message.id},
          {"webhook-timestamp", std::to_string(timestamp_s)},
          {"webhook-signature", secrets.sign(message.id, timestamp_s, message.body)}};
}

/// Seconds or a date (RFC 9110, 10.2.3); what is neither asks for nothing.
std::chrono::seconds wait_asked(const std::string& text, Timestamp now) {
  std::int64_t wait_s = 0;
  const auto* end = text.data() + text.size();
  if (std::from_chars(text.data(), end, wait_s).ptr != end) {
    wait_s = 0;
    tm date{};
    const char* rest = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
    const auto now_s = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    if (rest != nullptr && *rest == '\0') wait_s = ::timegm(&date) - now_s;
  }
  return std::chrono::seconds(
      std::clamp<std::int64_t>(wait_s, 0, std::chrono::seconds(kRetryAfterMax).count()));
}

Outcome outcome_of(const EndpointAnswer& answer, Timestamp now) {
  if (answer.status == 0) {
    return {.verdict = Verdict::kLater, .problem = answer.problem, .detail = answer.detail};
  }
  Outcome out;
  out.detail = "the endpoint answered " + std::to_string(answer.status);
  out.status = answer.status;
  if (answer.status >= 200 && answer.status < 300) {
    out.verdict = Verdict::kDelivered;
  } else if (answer.status == 410) {
    out.verdict = Verdict::kGone;
    out.problem = "endpoint-gone";
  } else {
    out.problem = "endpoint-refused";
    out.retry_after = wait_asked(answer.retry_after, now);
  }
  return out;
}

}  // namespace

Outcome send_webhook(const std::string& url, const SigningSecrets& secrets, const WebhookMessage& message,
                     const WebhookOptions& options) {
  const Deadline begun = std::chrono::steady_clock::now();
  const Deadline until = begun + options.timeout;
  const auto parsed = parse_webhook_url(url, options.allow_http);
  if (!parsed) {
    return {.verdict = Verdict::kNever, .problem = "bad-url", .detail = parsed.error().detail};
  }
  const auto destination = find_destination(parsed->host, options, until);
  if (destination.addresses.empty()) return destination.failure;
  const auto lines = headers(secrets, message);
  EndpointAnswer answer;
  auto addresses_left = std::ssize(destination.addresses);
  for (const auto& address : destination.addresses) {
    // Each address gets its share of the time to be connected to, the last one all that is left.
    const Deadline now = std::chrono::steady_clock::now();
    answer = post_to_endpoint({.url = *parsed,
                               .address = address,
                               .headers = lines,
                               .body = message.body,
                               .ca_file = options.ca_file,
                               .answer_bytes_max = options.answer_bytes_max,
                               .connected_by = now + (until - now) / addresses_left--,
                               .until = until});
    if (answer.connected || std::chrono::steady_clock::now() >= until) break;
  }
  return outcome_of(answer, message.at);
}

}  // namespace rescue::delivery
