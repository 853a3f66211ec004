#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::sigma {

/// Looks for tens of thousands of texts in one pass, whatever the case of letters (Aho and Corasick, 1975).
/// Bytes that occur in none of them share a column of the table, so that it stays small enough for the
/// processor's caches. Immutable once made; thread-safe.
class LiteralFinder {
 public:
  /// In small letters, different ones, each of at least one byte.
  explicit LiteralFinder(const std::vector<std::string>& literals);

  /// Calls `found` with the number of each one that occurs, as often as it occurs.
  template <class Found>
  void look_at(std::string_view text, const Found& found) const {
    if (next_.empty()) return;
    std::uint32_t row = 0;
    for (const char c : text) {
      const auto to = next_[row + column_[static_cast<unsigned char>(c)]];
      row = to & ~kEnds;
      if ((to & kEnds) == 0) continue;
      for (auto state = row / columns_; state != 0; state = shorter_[state]) {
        if (ends_[state] != kNone) found(ends_[state]);
      }
    }
  }
  std::size_t states() const { return ends_.size(); }

 private:
  static constexpr std::uint32_t kNone = 0xffffffffU;
  static constexpr std::uint32_t kEnds = 0x80000000U;
  void choose_columns(const std::vector<std::string>& literals);
  void grow(const std::vector<std::string>& literals);
  void link();

  std::array<std::uint32_t, 256> column_{};
  std::uint32_t columns_ = 1;
  std::vector<std::uint32_t> next_;     ///< by row (state times columns) and column: a row, with kEnds
  std::vector<std::uint32_t> ends_;     ///< by state: the literal that ends there
  std::vector<std::uint32_t> shorter_;  ///< by state: the longest end of it at which a literal ends, too
};

}  // namespace rescue::sigma
