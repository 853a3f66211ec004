#include "http_answer.hpp"

#include <algorithm>
#include <charconv>

#include "rescue/base/ascii.hpp"

namespace rescue::outside {
namespace {

using Kind = Trouble::Kind;

constexpr std::size_t kHeadLinesMax = 200;
constexpr std::size_t kTitleWithin = 64 * 1024;
constexpr std::size_t kTitleBytesMax = 200;
constexpr int kInterimAnswersMax = 5;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

template <class Number>
std::optional<Number> number(std::string_view text, int base = 10) {
  Number out = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

/// "HTTP/1.1 200 OK"
std::optional<int> status_of(const std::string& line) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return std::nullopt;
  const auto status = number<int>(std::string_view(line).substr(9, 3));
  return status && *status >= 100 ? status : std::nullopt;
}

Got<HttpAnswer> read_head(LineReader& lines, Transcript& transcript, SteadyTime until) {
  auto first = lines.line(until);
  if (!first) return tl::unexpected<Trouble>(first.error());
  transcript.server(*first);
  const auto status = status_of(*first);
  if (!status) return trouble(Kind::kLost, "what the server says is no HTTP");
  HttpAnswer out{.status = *status};
  for (std::size_t count = 0; count < kHeadLinesMax; ++count) {
    const auto line = lines.line(until);
    if (!line) return tl::unexpected<Trouble>(line.error());
    if (line->empty()) return out;
    transcript.server(*line);
    const auto colon = line->find(':');
    if (colon == std::string::npos) continue;
    out.headers.emplace(lower_ascii(line->substr(0, colon)),
                        trimmed(std::string_view(*line).substr(colon + 1)));
  }
  return trouble(Kind::kTooMuch, "a head without end");
}

/// Reads up to `bytes` into the body; false: it ended before, or there is no more room.
Got<bool> read_bytes(LineReader& lines, std::size_t bytes, const Limits& limits, HttpAnswer& out,
                     SteadyTime until) {
  while (bytes > 0) {
    const auto room = limits.body_bytes - out.body.size();
    if (room == 0) {
      out.whole = false;
      return false;
    }
    const auto piece = lines.some(std::min(bytes, room), until);
    if (!piece) {
      if (piece.error().kind == Kind::kStopped) return tl::unexpected<Trouble>(piece.error());
      return false;
    }
    out.body += *piece;
    bytes -= piece->size();
  }
  return true;
}

Got<void> read_chunks(LineReader& lines, const Limits& limits, HttpAnswer& out, SteadyTime until) {
  out.whole = false;
  while (true) {
    const auto line = lines.line(until);
    if (!line) return {};
    const auto size = number<std::size_t>(trimmed(std::string_view(*line).substr(0, line->find(';'))), 16);
    if (!size) return {};
    if (*size == 0) break;
    const auto read = read_bytes(lines, *size, limits, out, until);
    if (!read) return tl::unexpected<Trouble>(read.error());
    if (!*read || !lines.line(until)) return {};
  }
  out.whole = true;
  return {};
}

Got<void> read_body(LineReader& lines, const Limits& limits, HttpAnswer& out, SteadyTime until) {
  if (out.status == 204 || out.status == 304) return {};
  const auto coding = out.headers.find("transfer-encoding");
  if (coding != out.headers.end() && lower_ascii(coding->second).ends_with("chunked")) {
    return read_chunks(lines, limits, out, until);
  }
  const auto length = out.headers.find("content-length");
  const auto told = length == out.headers.end() ? std::nullopt : number<std::size_t>(length->second);
  const auto read = read_bytes(lines, told.value_or(limits.body_bytes + 1), limits, out, until);
  if (!read) return tl::unexpected<Trouble>(read.error());
  if (told && !*read) out.whole = false;
  return {};
}

}  // namespace

Got<HttpAnswer> read_http_answer(LineReader& lines, Transcript& transcript, const Limits& limits,
                                 SteadyTime until) {
  for (int count = 0; count <= kInterimAnswersMax; ++count) {
    auto out = read_head(lines, transcript, until);
    if (!out) return out;
    if (out->status < 200) continue;
    lines.allow(limits.body_bytes + limits.bytes);  // chunks' own lines too
    if (auto body = read_body(lines, limits, *out, until); !body)
      return tl::unexpected<Trouble>(body.error());
    return out;
  }
  return trouble(Kind::kTooMuch, "interim answers without end");
}

std::string title_of(std::string_view body) {
  const auto lower = lower_ascii(body.substr(0, kTitleWithin));
  const auto open = lower.find("<title");
  const auto begin = open == std::string::npos ? open : lower.find('>', open);
  const auto end = begin == std::string::npos ? begin : lower.find("</title", begin);
  if (end == std::string::npos) return {};
  std::string text(trimmed(body.substr(begin + 1, end - begin - 1)));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return escaped(text, kTitleBytesMax);
}

}  // namespace rescue::outside
