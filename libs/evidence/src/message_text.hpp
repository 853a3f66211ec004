#pragma once

#include <algorithm>
#include <string_view>

/// How parsers of log messages take a text apart. Views into what they are given.
namespace rescue::evidence {

inline bool drop_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// What stands between `before` and the next `end` (or the end of the text); "" without `before`.
inline std::string_view text_between(std::string_view text, std::string_view before, std::string_view end) {
  const auto at = text.find(before);
  if (at == text.npos) return {};
  const auto from = at + before.size();
  const auto to = text.find(end, from);
  return text.substr(from, to == text.npos ? text.npos : to - from);
}

/// Where the last `word` begins, which begins with its only space; npos without. Hops from space to space:
/// rfind() compares at each byte.
inline std::size_t last_word_at(std::string_view text, std::string_view word) {
  auto at = text.rfind(' ');
  while (at != text.npos && !text.substr(at).starts_with(word))
    at = at == 0 ? text.npos : text.rfind(' ', at - 1);
  return at;
}

/// The content of the last pair of brackets: an address, as mail servers write them ("host[192.0.2.1]"). What
/// stands before it may have been chosen by the other side.
inline std::string_view last_in_brackets(std::string_view text) {
  const auto close = text.rfind(']');
  if (close == text.npos) return {};
  const auto open = text.rfind('[', close);
  auto inside = open == text.npos ? std::string_view() : text.substr(open + 1, close - open - 1);
  drop_prefix(inside, "IPv6:");
  return inside;
}

/// Takes "<id>: " off a mail server's message: letters and digits, as postfix and sendmail name messages.
inline std::string_view take_queue_id(std::string_view& text) {
  const auto colon = text.find(": ");
  if (colon == text.npos || colon < 5 || colon > 24) return {};
  const auto id = text.substr(0, colon);
  const bool good = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
  if (!good) return {};
  text.remove_prefix(colon + 2);
  return id;
}

}  // namespace rescue::evidence
