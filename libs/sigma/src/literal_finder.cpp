#include "literal_finder.hpp"

#include <queue>

namespace rescue::sigma {

LiteralFinder::LiteralFinder(const std::vector<std::string>& literals) {
  if (literals.empty()) return;
  choose_columns(literals);
  grow(literals);
  link();
}

void LiteralFinder::choose_columns(const std::vector<std::string>& literals) {
  for (const auto& literal : literals) {
    for (const char c : literal) {
      auto& column = column_[static_cast<unsigned char>(c)];
      if (column == 0) column = columns_++;
    }
  }
  for (std::size_t byte = 'A'; byte <= 'Z'; ++byte) column_[byte] = column_[byte + 32U];
}

/// The tree of their beginnings.
void LiteralFinder::grow(const std::vector<std::string>& literals) {
  next_.assign(columns_, 0);
  ends_.assign(1, kNone);
  for (std::uint32_t i = 0; i < literals.size(); ++i) {
    std::uint32_t state = 0;
    for (const char c : literals[i]) {
      const auto at = std::size_t{state} * columns_ + column_[static_cast<unsigned char>(c)];
      if (next_[at] == 0) {
        next_[at] = static_cast<std::uint32_t>(ends_.size());
        ends_.push_back(kNone);
        next_.resize(next_.size() + columns_, 0);
      }
      state = next_[at];
    }
    ends_[state] = i;
  }
}

/// Where a literal does not go on, what the longest end of it that begins another would do.
void LiteralFinder::link() {
  std::vector<std::uint32_t> back(ends_.size(), 0);
  shorter_.assign(ends_.size(), 0);
  std::queue<std::uint32_t> todo;
  for (std::uint32_t column = 0; column < columns_; ++column) {
    if (next_[column] != 0) todo.push(next_[column]);
  }
  for (; !todo.empty(); todo.pop()) {
    const auto state = todo.front();
    shorter_[state] = ends_[back[state]] != kNone ? back[state] : shorter_[back[state]];
    for (std::uint32_t column = 0; column < columns_; ++column) {
      auto& to = next_[std::size_t{state} * columns_ + column];
      const auto onward = next_[std::size_t{back[state]} * columns_ + column];
      if (to == 0) {
        to = onward;
        continue;
      }
      back[to] = onward;
      todo.push(to);
    }
  }
  for (auto& to : next_) {
    const bool ends = ends_[to] != kNone || shorter_[to] != 0;
    to = to * columns_ + (ends ? kEnds : 0U);
  }
}

}  // namespace rescue::sigma
