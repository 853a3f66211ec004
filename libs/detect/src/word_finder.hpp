#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::detect {

/// Looks for many words in one pass over a text, whatever their case (Aho and Corasick, 1975, as a table).
/// Immutable once made; thread-safe.
class WordFinder {
 public:
  /// Words in lower case, each of at least one byte.
  explicit WordFinder(const std::vector<std::string>& words);

  /// Which words occur, by their place in the list.
  std::vector<bool> all_in(std::string_view text) const;
  bool any_in(std::string_view text) const;

 private:
  using State = std::uint32_t;
  std::vector<std::array<State, 256>> next_;
  std::vector<std::vector<std::uint32_t>> ends_;  ///< by state: the words that end there
  std::size_t words_;
};

}  // namespace rescue::detect
