// libcurl takes URLs apart; what connects gets the parts, so that no second reader sees another host in them.
#include "webhook_url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "rescue/delivery/webhook.hpp"

namespace rescue::delivery {
namespace {

constexpr std::size_t kUrlBytesMax = 2'000;

struct UrlEnd {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct TextEnd {
  void operator()(char* text) const { curl_free(text); }
};

/// "" where it has no such part.
std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
  const std::unique_ptr<char, TextEnd> owned(text);
  return owned.get();
}

std::string plain_host(std::string host) {
  std::transform(host.begin(), host.end(), host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (host.starts_with('[') && host.ends_with(']')) return host.substr(1, host.size() - 2);
  if (host.ends_with('.')) host.pop_back();  // no certificate has the root's dot
  return host;
}

WebhookUrl taken_apart(CURLU* url) {
  WebhookUrl out;
  out.tls = part(url, CURLUPART_SCHEME) == "https";
  out.host = plain_host(part(url, CURLUPART_HOST));
  const auto port = part(url, CURLUPART_PORT);
  std::from_chars(port.data(), port.data() + port.size(), out.port);
  const auto query = part(url, CURLUPART_QUERY);
  out.target = part(url, CURLUPART_PATH) + (query.empty() ? "" : "?" + query);
  out.authority = out.host.find(':') == std::string::npos ? out.host : "[" + out.host + "]";
  if (out.port != (out.tls ? 443 : 80)) out.authority += ":" + port;
  return out;
}

}  // namespace

Result<WebhookUrl> parse_webhook_url(const std::string& url, bool allow_http) {
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
  for (const auto which : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT}) {
    if (!part(parsed.get(), which).empty()) return wrong("the URL must have no user, password or fragment");
  }
  auto out = taken_apart(parsed.get());
  if (out.host.empty()) return wrong("the URL names no host");
  return out;
}

Status check_webhook_url(const std::string& url, bool allow_http) {
  RESCUE_TRY(parse_webhook_url(url, allow_http));
  return {};
}

}  // namespace rescue::delivery
