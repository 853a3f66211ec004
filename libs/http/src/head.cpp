#include "head.hpp"

#include <charconv>

#include "text.hpp"

namespace rescue::http {
namespace {

tl::unexpected<Error> bad(std::string detail) {
  return fail(ErrorCode::kInvalid, "bad-request", std::move(detail));
}

/// Fields that decide something: twice is ambiguous, so it is refused. Others are joined as a list.
bool stands_once(std::string_view name) {
  for (const auto* once :
       {"host", "content-length", "transfer-encoding", "content-type", "content-encoding", "authorization",
        "expect", "idempotency-key", "traceparent", "x-request-id", "upgrade"}) {
    if (name == once) return true;
  }
  return false;
}

Status read_field(std::string_view line, RequestHead& head) {
  if (line.front() == ' ' || line.front() == '\t') return bad("a header field must not be folded");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return bad("not a header field name");
  const auto name = to_lower(line.substr(0, colon));
  const auto value = trim(line.substr(colon + 1));
  if (!is_field_value(value) || !is_utf8(value)) {
    return bad("the header field " + name + " must be UTF-8 without control bytes");
  }
  const auto [it, fresh] = head.headers.emplace(name, value);
  if (fresh) return {};
  if (stands_once(name)) return bad("the header field " + name + " stands twice");
  it->second += (name == "cookie" ? "; " : ", ") + std::string(value);
  return {};
}

bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 255) return false;
  const auto bracket = host.find(']');
  const auto colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const auto name = host.substr(0, colon);
  if (name.empty() ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~[]:") !=
          std::string_view::npos) {
    return false;
  }
  if (colon == std::string_view::npos) return true;
  const auto port = host.substr(colon + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc() && end == port.data() + port.size() && number <= 65'535;
}

Status read_length(RequestHead& head) {
  const auto coding = head.headers.find("transfer-encoding");
  const auto length = head.headers.find("content-length");
  if (coding != head.headers.end()) {
    if (length != head.headers.end()) return bad("Content-Length and Transfer-Encoding exclude each other");
    if (!equal_ignoring_case(coding->second, "chunked")) {
      return fail(ErrorCode::kInvalid, "not-implemented", "no transfer coding is taken here");
    }
    return fail(ErrorCode::kInvalid, "length-required", "send a Content-Length instead of a chunked body");
  }
  if (length == head.headers.end()) return {};
  const auto& text = length->second;
  const bool digits =
      !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits) return bad("Content-Length must be one plain number");
  std::from_chars(text.data(), text.data() + text.size(), head.content_length);
  return {};
}

Status read_connection(std::string_view version, RequestHead& head) {
  const auto connection = head.headers.find("connection");
  const std::string_view options =
      connection != head.headers.end() ? std::string_view(connection->second) : "";
  const bool close = list_has(options, "close");
  head.keep_alive = version == "HTTP/1.1" ? !close : list_has(options, "keep-alive") && !close;
  const auto host = head.headers.find("host");
  if (host == head.headers.end()) {
    if (version == "HTTP/1.1") return bad("Host is required");
  } else if (!is_host(host->second)) {
    return bad("Host must be a name or address and at most a port number");
  }
  const auto expect = head.headers.find("expect");
  if (expect == head.headers.end()) return {};
  if (!equal_ignoring_case(expect->second, "100-continue")) {
    return fail(ErrorCode::kInvalid, "expectation-failed", "only Expect: 100-continue is known");
  }
  head.expects_continue = version == "HTTP/1.1";
  return {};
}

Result<std::string_view> read_request_line(std::string_view line, RequestHead& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return bad("the request line must be: method target version");
  const auto version = line.substr(last + 1);
  head.method = line.substr(0, first);
  if (!is_token(head.method) || head.method.size() > 32) return bad("not a method");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    const bool is_http = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                         version[6] == '.' && is_digit(version[7]);
    if (!is_http) return bad("the request line must end with HTTP/1.1");
    return fail(ErrorCode::kInvalid, "http-version-not-supported",
                "only HTTP/1.1 and HTTP/1.0 are spoken here");
  }
  RESCUE_ASSIGN(head.target, parse_target(line.substr(first + 1, last - first - 1)));
  return version;
}

}  // namespace

Result<std::optional<std::size_t>> find_head_end(std::string_view bytes, const HeadLimits& limits) {
  const auto seen = bytes.substr(0, limits.head_bytes_max);
  std::size_t lines = 0;
  for (std::size_t at = 0;; ++lines) {
    const auto newline = seen.find('\n', at);
    if (newline == std::string_view::npos) break;
    if (newline == at || seen[newline - 1] != '\r') return bad("lines must end with CR LF");
    if (newline == at + 1) return std::optional(newline + 1);
    if (lines == 0 && newline > limits.line_bytes_max) {
      return fail(ErrorCode::kInvalid, "uri-too-long", "the request line is over its limit");
    }
    if (lines > limits.fields_max)
      return fail(ErrorCode::kInvalid, "headers-too-large", "too many header fields");
    at = newline + 1;
  }
  if (lines == 0 && seen.size() > limits.line_bytes_max) {
    return fail(ErrorCode::kInvalid, "uri-too-long", "the request line is over its limit");
  }
  if (bytes.size() >= limits.head_bytes_max) {
    return fail(ErrorCode::kInvalid, "headers-too-large", "the header fields are over their limit");
  }
  return std::optional<std::size_t>();
}

Result<RequestHead> parse_head(std::string_view bytes, const HeadLimits& limits) {
  if (bytes.size() > limits.head_bytes_max)
    return fail(ErrorCode::kInvalid, "headers-too-large", "over the limit");
  RequestHead head;
  std::string_view version;
  for (bool first = true;; first = false) {
    const auto end = bytes.find("\r\n");
    if (end == std::string_view::npos) return bad("the head must end with an empty line");
    const auto line = bytes.substr(0, end);
    if (line.empty()) break;
    if (first) {
      RESCUE_ASSIGN(version, read_request_line(line, head));
    } else {
      RESCUE_TRY(read_field(line, head));
    }
    bytes.remove_prefix(end + 2);
  }
  if (version.empty()) return bad("the request line is missing");
  RESCUE_TRY(read_length(head));
  RESCUE_TRY(read_connection(version, head));
  return head;
}

}  // namespace rescue::http
