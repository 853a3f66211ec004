#include "rescue/delivery/webhook.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "address_rule.hpp"
#include "curl_call.hpp"

namespace rescue::delivery {
namespace {

constexpr std::size_t kUrlBytesMax = 2'000;
constexpr std::chrono::hours kRetryAfterMax{24};

struct Transfer {
  const WebhookOptions* options = nullptr;
  bool address_refused = false;
  std::size_t answer_bytes = 0;
};

/// The one place where a connection begins: the address is the one that is connected to, so a name that
/// resolves to another one a moment later gains nothing.
curl_socket_t open_socket(void* transfer_of_call, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(transfer_of_call);
  if (!transfer.options->allow_private_addresses && !is_public(address->addr)) {
    transfer.address_refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// Nothing of the answer is kept; too much of it ends the transfer.
std::size_t drop_answer(char*, std::size_t size, std::size_t count, void* transfer_of_call) {
  auto& transfer = *static_cast<Transfer*>(transfer_of_call);
  transfer.answer_bytes += size * count;
  return transfer.answer_bytes > transfer.options->answer_bytes_max ? 0 : size * count;
}

std::vector<std::string> headers(const SigningSecrets& secrets, const WebhookMessage& message) {
  const auto timestamp_s =
      std::chrono::duration_cast<std::chrono::seconds>(message.at.time_since_epoch()).count();
  return {"Content-Type: application/json",
          "User-Agent: rescue-notices/1",
          "Expect:",
          "webhook-id: " + message.id,
          "webhook-timestamp: " + std::to_string(timestamp_s),
          "webhook-signature: " + secrets.sign(message.id, timestamp_s, message.body)};
}

Outcome outcome_of(CURLcode code, const CurlCall& call, const Transfer& transfer) {
  const auto status = static_cast<int>(call.status());
  // What broke off after the status has been answered all the same.
  const bool answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && status != 0);
  if (!answered && transfer.address_refused) {
    return {.verdict = Verdict::kLater,
            .problem = "address-not-allowed",
            .detail = "the name leads to an address that is not of the public internet"};
  }
  if (!answered) return transport_failure(code, call);
  const auto answer = "the endpoint answered " + std::to_string(status);
  if (status >= 200 && status < 300) {
    return {.verdict = Verdict::kDelivered, .detail = answer, .status = status};
  }
  if (status == 410) {
    return {.verdict = Verdict::kGone, .problem = "endpoint-gone", .detail = answer, .status = status};
  }
  curl_off_t wait_s = 0;
  curl_easy_getinfo(call.handle(), CURLINFO_RETRY_AFTER, &wait_s);
  const std::chrono::seconds asked(std::max<curl_off_t>(wait_s, 0));
  return {.verdict = Verdict::kLater,
          .problem = "endpoint-refused",
          .detail = answer,
          .status = status,
          .retry_after = std::min<std::chrono::seconds>(asked, kRetryAfterMax)};
}

struct UrlEnd {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

bool has_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  const bool there = curl_url_get(url, part, &text, 0) == CURLUE_OK;
  curl_free(text);
  return there;
}

}  // namespace

Status check_webhook_url(const std::string& url, bool allow_http) {
  const auto wrong = [](const std::string& text) { return fail(ErrorCode::kInvalid, "bad-config", text); };
  if (url.size() > kUrlBytesMax) return wrong("the URL is over 2,000 bytes");
  if (!std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~'; })) {
    return wrong("the URL holds other than visible ASCII characters");
  }
  const bool plain = url.starts_with("http://");
  if (!plain && !url.starts_with("https://")) return wrong("must be an https:// URL");
  if (plain && !allow_http) return wrong("must be an https:// URL; http:// is not allowed here");
  const std::unique_ptr<CURLU, UrlEnd> parsed(curl_url());
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    return wrong("is not a URL");
  }
  for (const auto part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT}) {
    if (has_part(parsed.get(), part)) return wrong("the URL must have no user, password or fragment");
  }
  return {};
}

Outcome send_webhook(const std::string& url, const SigningSecrets& secrets, const WebhookMessage& message,
                     const WebhookOptions& options) {
  Transfer transfer{.options = &options};
  CurlCall call(url, options.allow_http ? "http,https" : "https", options.timeout, options.ca_file);
  const auto list = make_slist(headers(secrets, message));
  call.set(CURLOPT_HTTPHEADER, list.get());
  call.set(CURLOPT_POSTFIELDS, message.body.data());
  call.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(message.body.size()));
  call.set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  call.set(CURLOPT_OPENSOCKETDATA, &transfer);
  call.set(CURLOPT_WRITEFUNCTION, &drop_answer);
  call.set(CURLOPT_WRITEDATA, &transfer);
  const auto code = call.run();
  return outcome_of(code, call, transfer);
}

}  // namespace rescue::delivery
