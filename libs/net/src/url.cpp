#include "rescue/net/url.hpp"

#include <algorithm>
#include <charconv>

#include "rescue/base/ascii.hpp"
#include "rescue/net/address.hpp"

namespace rescue::net {
namespace {

constexpr std::size_t kHostBytesMax = 253;
constexpr int kPortMax = 65'535;

tl::unexpected<Error> wrong(const char* detail) {
  return fail(ErrorCode::kInvalid, "not-allowed-value", detail);
}

bool is_host_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// Whether a browser takes the host for an IPv4 address, in whatever form: its last label is a number.
bool ends_in_number(std::string_view host) {
  const auto last = host.substr(host.rfind('.') + 1);  // npos + 1 is 0
  const bool digits = std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits || last.starts_with("0x");
}

Status read_host(std::string text, HttpUrl& url) {
  if (text.starts_with('[') && text.ends_with(']')) {
    const auto address = parse_address(std::string_view(text).substr(1, text.size() - 2));
    if (!address || text.find(':') == std::string::npos) return wrong("the URL's host is no IPv6 address");
    url.host = to_text(*address);
    url.host_is_address = true;
    return {};
  }
  text = lower_ascii(text);
  if (text.ends_with('.')) text.pop_back();
  const bool plain = std::all_of(text.begin(), text.end(), is_host_byte);
  if (text.empty() || text.size() > kHostBytesMax || !plain || text.find("..") != std::string::npos ||
      text.front() == '.' || text.front() == '-') {
    return wrong("the URL's host must be a name of letters, digits, '-', '_' and '.', or an address");
  }
  if (ends_in_number(text)) {
    if (!parse_address(text)) return wrong("the URL's host is an address in an unusual spelling");
    url.host_is_address = true;
  }
  url.host = std::move(text);
  return {};
}

Status read_port(std::string_view text, HttpUrl& url) {
  const int usual = url.tls ? 443 : 80;
  url.port = usual;
  if (!text.empty()) {
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), url.port);
    if (fault != std::errc() || end != text.data() + text.size() || url.port < 1 || url.port > kPortMax) {
      return wrong("the URL's port must be a number from 1 to 65535");
    }
  }
  const bool six = url.host.find(':') != std::string::npos;
  url.authority = six ? "[" + url.host + "]" : url.host;
  if (url.port != usual) url.authority += ":" + std::to_string(url.port);
  return {};
}

}  // namespace

Result<HttpUrl> parse_http_url(std::string_view text) {
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; })) {
    return wrong("the URL must be of visible ASCII characters; write others percent-encoded");
  }
  HttpUrl url;
  const auto head = lower_ascii(text.substr(0, 8));
  url.tls = head.starts_with("https://");
  if (!url.tls && !head.starts_with("http://")) return wrong("must be an http:// or https:// URL");
  text.remove_prefix(url.tls ? 8 : 7);
  const auto authority = text.substr(0, text.find_first_of("/?#"));
  const auto rest = text.substr(authority.size());
  if (authority.find('@') != std::string_view::npos) return wrong("the URL must have no user or password");
  const auto bracket = authority.find(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  RESCUE_TRY(read_host(std::string(authority.substr(0, colon)), url));
  RESCUE_TRY(read_port(colon == std::string_view::npos ? "" : authority.substr(colon + 1), url));
  url.target = rest.substr(0, rest.find('#'));
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

}  // namespace rescue::net
