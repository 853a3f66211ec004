#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace rescue::evidence {

/// Takes the next word off a line of blanks and words; empty at its end.
inline std::string_view take_word(std::string_view& line) {
  const auto first = line.find_first_not_of(" \t");
  if (first == line.npos) return line = {};
  line.remove_prefix(first);
  const auto word = line.substr(0, line.find_first_of(" \t"));
  line.remove_prefix(word.size());
  return word;
}

/// A whole number; `fallback` where the text is none.
template <class T>
T number_of(std::string_view text, T fallback = {}, int base = 10) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size() && !text.empty() ? value : fallback;
}

/// The kernel writes blanks and the like in names as \040 in /proc/…/mountinfo and maps.
inline std::string without_octal(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && digit(i + 1) && digit(i + 2) && digit(i + 3)) {
      out.push_back(static_cast<char>(number_of<int>(text.substr(i + 1, 3), 0, 8) & 0xFF));
      i += 3;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace rescue::evidence
