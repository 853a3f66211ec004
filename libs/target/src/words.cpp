#include "words.hpp"

#include <algorithm>

namespace rescue::target {

std::string last_words(std::string_view text) {
  constexpr std::size_t kMost = 200;
  const auto says = [](char c) { return c > ' ' && c < '\x7f'; };
  while (!text.empty() && !says(text.back())) text.remove_suffix(1);
  if (const auto line = text.rfind('\n'); line != std::string_view::npos) text.remove_prefix(line + 1);
  std::string out(text.substr(0, kMost));
  std::ranges::replace_if(
      out, [](char c) { return c < ' ' || c >= '\x7f'; }, '?');
  return out;
}

std::string with_last_words(std::string_view text) {
  const std::string words = last_words(text);
  return words.empty() ? "" : "; its last words: " + words;
}

std::string describe(const Ending& ending) {
  if (ending.signal != 0) return "was ended by signal " + std::to_string(ending.signal);
  return "ended with exit code " + std::to_string(ending.exit_code);
}

}  // namespace rescue::target
