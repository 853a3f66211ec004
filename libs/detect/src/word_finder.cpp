#include "word_finder.hpp"

#include <queue>

namespace rescue::detect {
namespace {

std::size_t lower(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 'A' && byte <= 'Z' ? byte + 32U : byte;
}

}  // namespace

WordFinder::WordFinder(const std::vector<std::string>& words) : next_(1), ends_(1), words_(words.size()) {
  next_[0].fill(0);
  for (std::uint32_t i = 0; i < words.size(); ++i) {
    State at = 0;
    for (const char c : words[i]) {
      if (next_[at][lower(c)] == 0) {
        next_[at][lower(c)] = static_cast<State>(next_.size());
        next_.emplace_back().fill(0);
        ends_.emplace_back();
      }
      at = next_[at][lower(c)];
    }
    ends_[at].push_back(i);
  }
  // Where a word does not go on, what the longest end of it that begins another would do.
  std::vector<State> back(next_.size(), 0);
  std::queue<State> todo;
  for (const auto state : next_[0]) {
    if (state != 0) todo.push(state);
  }
  for (; !todo.empty(); todo.pop()) {
    const auto at = todo.front();
    const auto& shorter = ends_[back[at]];
    ends_[at].insert(ends_[at].end(), shorter.begin(), shorter.end());
    for (std::size_t byte = 0; byte < next_[at].size(); ++byte) {
      const auto onward = next_[back[at]][byte];
      if (next_[at][byte] == 0) {
        next_[at][byte] = onward;
        continue;
      }
      back[next_[at][byte]] = onward;
      todo.push(next_[at][byte]);
    }
  }
  for (auto& row : next_) {
    for (std::size_t byte = 'A'; byte <= 'Z'; ++byte) row[byte] = row[byte + 32U];
  }
}

std::vector<bool> WordFinder::all_in(std::string_view text) const {
  std::vector<bool> seen(words_, false);
  State at = 0;
  for (const char c : text) {
    at = next_[at][static_cast<unsigned char>(c)];
    for (const auto word : ends_[at]) seen[word] = true;
  }
  return seen;
}

bool WordFinder::any_in(std::string_view text) const {
  State at = 0;
  for (const char c : text) {
    at = next_[at][static_cast<unsigned char>(c)];
    if (!ends_[at].empty()) return true;
  }
  return false;
}

}  // namespace rescue::detect
