#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

namespace rescue::recovery {

/// Lines with their ends, so that joining them gives the text again.
inline std::vector<std::string_view> whole_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

/// The number that a text begins with, whatever follows.
template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || stop == text.data()) return std::nullopt;
  return value;
}

}  // namespace rescue::recovery
