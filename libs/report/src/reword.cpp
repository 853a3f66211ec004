#include "reword.hpp"

#include <algorithm>
#include <vector>

namespace rescue::report {
namespace {

std::vector<std::string_view> split(std::string_view pattern) {
  std::vector<std::string_view> out;
  for (auto star = pattern.find('*'); star != std::string_view::npos; star = pattern.find('*')) {
    out.push_back(pattern.substr(0, star));
    pattern.remove_prefix(star + 1);
  }
  out.push_back(pattern);
  return out;
}

/// What the stars stand for, each as short as can be; nothing when the sentence does not fit.
std::optional<std::vector<std::string_view>> match(std::string_view pattern, std::string_view sentence) {
  const auto parts = split(pattern);
  if (parts.size() == 1) {
    if (sentence != pattern) return std::nullopt;
    return std::vector<std::string_view>{};
  }
  if (!sentence.starts_with(parts.front())) return std::nullopt;
  sentence.remove_prefix(parts.front().size());
  if (!sentence.ends_with(parts.back())) return std::nullopt;
  sentence.remove_suffix(parts.back().size());
  std::vector<std::string_view> stars;
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
    const auto at = sentence.find(parts[i]);
    if (at == std::string_view::npos) return std::nullopt;
    stars.push_back(sentence.substr(0, at));
    sentence.remove_prefix(at + parts[i].size());
  }
  stars.push_back(sentence);
  return stars;
}

/// The stars' texts are put in as they are: a "{1}" in one of them means nothing.
std::string fill(std::string_view wording, const std::vector<std::string_view>& stars) {
  std::string out;
  for (std::size_t i = 0; i < wording.size(); ++i) {
    const bool place = wording[i] == '{' && i + 2 < wording.size() && wording[i + 2] == '}';
    const std::size_t number = place ? static_cast<std::size_t>(wording[i + 1] - '1') : stars.size();
    if (number < stars.size()) {
      out += stars[number];
      i += 2;
    } else {
      out += wording[i];
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> reword(const Json& table, std::string_view sentence) {
  std::optional<std::string> best;
  std::size_t best_letters = 0;
  for (const auto& [pattern, wording] : table.items()) {
    const auto stars = match(pattern, sentence);
    const std::size_t letters = pattern.size();
    if (!stars || (best && letters <= best_letters)) continue;
    best = fill(wording.get_ref<const std::string&>(), *stars);
    best_letters = letters;
  }
  return best;
}

}  // namespace rescue::report
