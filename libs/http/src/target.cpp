#include "target.hpp"

#include <optional>

#include "text.hpp"

namespace rescue::http {
namespace {

constexpr std::size_t kParametersMax = 50;

std::optional<unsigned> hex_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  const char l = lower(c);
  if (l >= 'a' && l <= 'f') return static_cast<unsigned>(l - 'a') + 10U;
  return std::nullopt;
}

/// pchar of RFC 3986 section 3.3 without "%".
bool is_path_char(char c) {
  return is_alpha(c) || is_digit(c) ||
         std::string_view("-._~!$&'()*+,;=:@").find(c) != std::string_view::npos;
}
bool is_query_char(char c) {
  return is_path_char(c) || c == '/' || c == '?';
}

/// Nothing when a byte may not stand here, an escape is cut short, or the result is no plain UTF-8 text.
std::optional<std::string> decode(std::string_view text, bool (*allowed)(char), bool plus_is_space) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '%') {
      const auto high = at + 1 < text.size() ? hex_value(text[at + 1]) : std::nullopt;
      const auto low = at + 2 < text.size() ? hex_value(text[at + 2]) : std::nullopt;
      if (!high || !low) return std::nullopt;
      out += static_cast<char>(*high * 16U + *low);
      at += 2;
    } else if (allowed(c)) {
      out += plus_is_space && c == '+' ? ' ' : c;
    } else {
      return std::nullopt;
    }
  }
  if (!is_utf8(out) || has_control(out)) return std::nullopt;
  return out;
}

tl::unexpected<Error> bad_path(std::string detail) {
  return fail(ErrorCode::kInvalid, "bad-path", std::move(detail));
}

Status split_path(std::string_view path, Target& out) {
  out.path = path;
  path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    const bool last = slash == std::string_view::npos;
    const auto raw = path.substr(0, slash);
    if (raw.empty() && !last) return bad_path("the path must not hold an empty segment (//)");
    auto segment = decode(raw, is_path_char, false);
    if (!segment) return bad_path("the path must be percent-encoded UTF-8 without control bytes");
    if (*segment == "." || *segment == "..") return bad_path("the path must not hold dot segments");
    if (segment->find_first_of("/\\") != std::string::npos) {
      return bad_path("the path must not hold an encoded slash or backslash");
    }
    out.segments.push_back(*std::move(segment));
    if (last) return {};
    path.remove_prefix(slash + 1);
  }
}

tl::unexpected<Error> bad_query(std::string detail) {
  return fail(ErrorCode::kInvalid, "bad-query", std::move(detail));
}

Status split_query(std::string_view query, Target& out) {
  while (!query.empty()) {
    const auto ampersand = query.find('&');
    const auto pair = query.substr(0, ampersand);
    const auto equals = pair.find('=');
    const auto name = decode(pair.substr(0, equals), is_query_char, true);
    const auto value = equals == std::string_view::npos
                           ? std::optional<std::string>("")
                           : decode(pair.substr(equals + 1), is_query_char, true);
    if (!name || !value) return bad_query("the query must be percent-encoded UTF-8 without control bytes");
    if (name->empty()) return bad_query("the query must be name=value pairs joined by &");
    if (!out.query.emplace(*name, *value).second) {
      return bad_query("the query parameter \"" + *name + "\" stands twice");
    }
    if (out.query.size() > kParametersMax) return bad_query("more than 50 query parameters");
    if (ampersand == std::string_view::npos) break;
    query.remove_prefix(ampersand + 1);
    if (query.empty()) return bad_query("the query must not end with &");
  }
  return {};
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  if (!text.starts_with('/')) return bad_path("the request target must be a path that begins with /");
  const auto question = text.find('?');
  Target out;
  RESCUE_TRY(split_path(text.substr(0, question), out));
  if (question != std::string_view::npos) RESCUE_TRY(split_query(text.substr(question + 1), out));
  return out;
}

}  // namespace rescue::http
