#include "rescue/evidence/access_log.hpp"

#include <array>
#include <chrono>
#include <vector>

#include "civil_time.hpp"

namespace rescue::evidence {
namespace {

int digits(const char* p, int count) {
  int value = 0;
  for (int i = 0; i < count; ++i) {
    if (p[i] < '0' || p[i] > '9') return -1;
    value = value * 10 + (p[i] - '0');
  }
  return value;
}

/// "13/Sep/2026:02:12:00 +0900" (26 bytes)
bool parse_time(const char* p, Timestamp& time) {
  const int day = digits(p, 2), month = month_of(p + 3), year = digits(p + 7, 4);
  const int h = digits(p + 12, 2), m = digits(p + 15, 2), s = digits(p + 18, 2);
  const int oh = digits(p + 22, 2), om = digits(p + 24, 2);
  const bool marks = p[2] == '/' && p[6] == '/' && p[11] == ':' && p[14] == ':' && p[17] == ':' &&
                     p[20] == ' ' && (p[21] == '+' || p[21] == '-');
  if (!marks || day < 1 || day > 31 || month == 0 || year < 1970 || h < 0 || h > 23 || m < 0 || m > 59 ||
      s < 0 || s > 60 || oh < 0 || om < 0) {
    return false;
  }
  using namespace std::chrono;
  const auto first = sys_days(std::chrono::year(year) / static_cast<unsigned>(month) / 1);
  const std::int64_t days = first.time_since_epoch().count() + day - 1;
  const std::int64_t offset = (oh * 3600 + om * 60) * (p[21] == '-' ? -1 : 1);
  time = from_us((days * 86400 + h * 3600 + m * 60 + s - offset) * 1'000'000);
  return true;
}

std::string_view take_word(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

/// By an odd number of backslashes before it.
bool is_escaped(std::string_view text, std::size_t at) {
  auto first = at;
  while (first > 1 && text[first - 1] == '\\') --first;
  return (at - first) % 2 == 1;
}

/// Takes a quoted text (backslash escapes the quote) off `text`; its content without the quotes.
bool take_quoted(std::string_view& text, std::string_view& content) {
  if (!text.starts_with('"')) return false;
  for (auto end = text.find('"', 1); end != text.npos; end = text.find('"', end + 1)) {
    if (is_escaped(text, end)) continue;
    content = text.substr(1, end - 1);
    text.remove_prefix(std::min(end + 2, text.size()));
    return true;
  }
  return false;
}

bool looks_like_vhost(std::string_view word) {
  const auto colon = word.rfind(':');
  return colon != word.npos && word.find(':') == colon && colon + 1 < word.size() &&
         word.find_first_not_of("0123456789", colon + 1) == word.npos;
}

void add_request(std::string_view request, Event& event) {
  // "METHOD target HTTP/1.1"; anything else (a TLS greeting, an empty line) has no method.
  const auto space = request.find(' ');
  const auto version = request.rfind(" HTTP/");
  if (space == request.npos || version == request.npos || version < space) {
    event.add(FieldName::kTarget, request);
    return;
  }
  event.add(FieldName::kMethod, request.substr(0, space));
  event.add(FieldName::kTarget,
            version == space ? std::string_view() : request.substr(space + 1, version - space - 1));
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

bool AccessLines::parse(std::string_view line, Event& event) {
  // The user name may hold brackets, but no unescaped quote: the date ends where `] "` follows.
  const auto end = line.find("] \"");
  if (end == line.npos || end < kTimeBytes + 1 || line[end - kTimeBytes - 1] != '[') return false;
  const auto written = line.substr(end - kTimeBytes, kTimeBytes);
  if (written != last_written()) {
    if (!parse_time(written.data(), last_time_)) return false;
    std::copy(written.begin(), written.end(), last_written_.begin());
  }
  event.time = last_time_;
  auto head = line.substr(0, end - kTimeBytes - 1);
  const auto first = take_word(head);
  event.address = looks_like_vhost(first) ? take_word(head) : first;
  take_word(head);  // identd
  while (head.ends_with(' ')) head.remove_suffix(1);
  if (head != "-" && head != "\"\"") event.account = head;
  auto rest = line.substr(end + 2);
  std::string_view request, referrer, agent;
  if (!take_quoted(rest, request)) return false;
  event.kind = EventKind::kHttpRequest;
  add_request(request, event);
  event.add(FieldName::kStatus, take_word(rest));
  event.add(FieldName::kSize, take_word(rest));
  if (take_quoted(rest, referrer)) event.add(FieldName::kReferrer, referrer);
  if (take_quoted(rest, agent)) event.add(FieldName::kAgent, agent);
  return true;
}

bool parse_access_line(std::string_view line, Event& event) {
  return AccessLines().parse(line, event);
}

std::string percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool room = text[i] == '%' && i + 2 < text.size();
    const int high = room ? hex_value(text[i + 1]) : -1;
    const int low = room ? hex_value(text[i + 2]) : -1;
    if (high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string decode_path(std::string_view target) {
  if (const auto scheme = target.find("://"); scheme != target.npos && scheme < 8) {
    const auto slash = target.find('/', scheme + 3);
    target = slash == target.npos ? "/" : target.substr(slash);
  }
  const auto decoded = percent_decode(target.substr(0, target.find_first_of("?#")), false);
  std::vector<std::string_view> parts;
  for (std::string_view rest = decoded; !rest.empty();) {
    const auto end = std::min(rest.find('/'), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
  }
  std::string path;
  for (const auto part : parts) path.append("/").append(part);
  if (path.empty() || decoded.ends_with('/')) path += '/';
  return path;
}

}  // namespace rescue::evidence
