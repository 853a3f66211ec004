#include "wire.hpp"

#include <array>
#include <ctime>

#include "text.hpp"

namespace rescue::http {
namespace {

std::string_view reason(int status) {
  struct Phrase {
    int status;
    std::string_view text;
  };
  static constexpr std::array kPhrases = {Phrase{200, "OK"},
                                          Phrase{201, "Created"},
                                          Phrase{202, "Accepted"},
                                          Phrase{204, "No Content"},
                                          Phrase{304, "Not Modified"},
                                          Phrase{400, "Bad Request"},
                                          Phrase{401, "Unauthorized"},
                                          Phrase{403, "Forbidden"},
                                          Phrase{404, "Not Found"},
                                          Phrase{405, "Method Not Allowed"},
                                          Phrase{408, "Request Timeout"},
                                          Phrase{409, "Conflict"},
                                          Phrase{411, "Length Required"},
                                          Phrase{413, "Content Too Large"},
                                          Phrase{414, "URI Too Long"},
                                          Phrase{415, "Unsupported Media Type"},
                                          Phrase{417, "Expectation Failed"},
                                          Phrase{422, "Unprocessable Content"},
                                          Phrase{429, "Too Many Requests"},
                                          Phrase{431, "Request Header Fields Too Large"},
                                          Phrase{500, "Internal Server Error"},
                                          Phrase{501, "Not Implemented"},
                                          Phrase{503, "Service Unavailable"},
                                          Phrase{504, "Gateway Timeout"},
                                          Phrase{505, "HTTP Version Not Supported"}};
  for (const auto& phrase : kPhrases) {
    if (phrase.status == status) return phrase.text;
  }
  return "Other";
}

/// IMF-fixdate (RFC 9110 section 5.6.7), independent of the locale.
std::string http_date() {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 64> out{};
  const int size = std::snprintf(out.data(), out.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                                 kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900,
                                 utc.tm_hour, utc.tm_min, utc.tm_sec);
  return {out.data(), static_cast<std::size_t>(size)};
}

bool is_own_header(std::string_view name) {
  for (const auto* own : {"content-length", "transfer-encoding", "connection", "date", "content-type",
                          "keep-alive", "x-request-id", "traceparent", "x-content-type-options"}) {
    if (equal_ignoring_case(name, own)) return true;
  }
  return false;
}

bool has_body(int status) {
  return status != 204 && status != 304;
}

}  // namespace

bool is_sendable(const Response& response) {
  if (response.status < 200 || response.status > 599) return false;
  if (!has_body(response.status) && !response.body.empty()) return false;
  if (response.content_type.empty() || !is_field_value(response.content_type)) return false;
  for (const auto& [name, value] : response.headers) {
    if (!is_token(name) || is_own_header(name) || !is_field_value(value)) return false;
  }
  return true;
}

std::string to_wire(const Response& response, const WireOptions& options) {
  std::string out;
  out.reserve(512 + response.body.size());
  const auto line = [&out](std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
  };
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason(response.status)).append("\r\n");
  line("Date", http_date());
  line("Connection", options.keep_alive ? "keep-alive" : "close");
  if (has_body(response.status)) {
    line("Content-Type", response.content_type);
    line("Content-Length", std::to_string(response.body.size()));
  }
  line("X-Content-Type-Options", "nosniff");
  line("X-Request-Id", options.request_id);
  if (!options.traceparent.empty()) line("traceparent", options.traceparent);
  bool has_cache_control = false;
  for (const auto& [name, value] : response.headers) {
    has_cache_control = has_cache_control || equal_ignoring_case(name, "cache-control");
    line(name, value);
  }
  if (!has_cache_control) line("Cache-Control", "no-store");
  out.append("\r\n");
  if (!options.head_only && has_body(response.status)) out.append(response.body);
  return out;
}

}  // namespace rescue::http
