#include "request_rules.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "rescue/evidence/access_log.hpp"

namespace rescue::detect {
namespace {

using evidence::FieldName;

constexpr std::size_t kMostBytes = 8 * 1024;  // of a target, what servers take by default
constexpr std::size_t kGram = 4;

/// Of the four bytes at `p`, letters in lower case: a place among the filter's bits.
std::uint32_t place_of_gram(const char* p) {
  std::uint32_t gram = 0;
  std::memcpy(&gram, p, kGram);
  return ((gram | 0x20202020U) * 0x9e3779b1U) >> 16U;
}

/// How often such bytes stand in the addresses of pages, by rule of thumb.
int commonness(std::string_view gram) {
  if (gram == ".php") return std::numeric_limits<int>::max();
  int sum = 0;
  for (const char c : gram) {
    const bool very = (c >= 'a' && c <= 'z') || c == '/' || c == '-';
    sum += very ? 3 : (c >= '0' && c <= '9') || c == '.' || c == '=' ? 2 : 0;
  }
  return sum;
}

}  // namespace

GramFilter::GramFilter(const std::vector<std::string>& words) {
  for (const auto& word : words) {
    if (word.size() < kGram) throw std::logic_error("too short a word to look for in requests: " + word);
    int least = std::numeric_limits<int>::max();
    std::uint32_t place = 0;
    for (std::size_t i = 0; i + kGram <= word.size(); ++i) {
      const auto common = commonness(std::string_view(word).substr(i, kGram));
      if (common > least) continue;  // the last of several: words begin alike
      least = common;
      place = place_of_gram(word.data() + i);
    }
    bits_[place / 64] |= std::uint64_t{1} << (place % 64);
  }
}

bool GramFilter::may_hold_any(std::string_view text) const {
  for (std::size_t i = 0; i + kGram <= text.size(); ++i) {
    const auto place = place_of_gram(text.data() + i);
    if ((bits_[place / 64] >> (place % 64) & 1U) != 0) return true;
  }
  return false;
}

std::string decoded_target(std::string_view target) {
  auto text = evidence::percent_decode(target.substr(0, kMostBytes), true);
  return text.find('%') == text.npos ? text : evidence::percent_decode(text, true);
}

RequestRules::RequestRules(const RuleBook& rules) : RequestRules(from(rules)) {}

RequestRules::RequestRules(std::vector<const Rule*> rules, std::vector<List> lists,
                           const std::vector<std::string>& words, const std::vector<std::string>& longest)
    : rules_(std::move(rules)), lists_(std::move(lists)), finder_(words), filter_(longest) {}

RequestRules RequestRules::from(const RuleBook& book) {
  std::vector<const Rule*> rules;
  std::vector<List> lists;
  std::vector<std::string> words, longest;  // of each list: without it the list means nothing
  for (const auto* rule : book.family("web")) {
    const auto any = rule->match.find("any");
    if (any == rule->match.end()) continue;
    for (const auto& texts : *any) {
      List list{rules.size(), {}};
      std::string most;
      for (const auto& text : texts) {
        list.words.push_back(words.size());
        words.push_back(text.get<std::string>());
        if (words.back().size() > most.size()) most = words.back();
      }
      lists.push_back(std::move(list));
      longest.push_back(std::move(most));
    }
    rules.push_back(rule);
  }
  return {std::move(rules), std::move(lists), words, longest};
}

std::vector<std::size_t> RequestRules::judge(const evidence::Event& request) const {
  const auto target = request.field(FieldName::kTarget).substr(0, kMostBytes);
  const bool encoded = target.find('%') != target.npos || target.find('+') != target.npos;
  // What is hidden in an agent or referrer has a brace: a lookup, or a function of a shell.
  const bool braced = request.excerpt.find('{') != request.excerpt.npos;
  if (!encoded && !braced && !filter_.may_hold_any(target)) return {};
  auto text = std::string(target);
  if (encoded) text.append("\n").append(decoded_target(target));
  if (braced) {
    for (const auto name : {FieldName::kAgent, FieldName::kReferrer})
      text.append("\n").append(request.field(name).substr(0, kMostBytes));
  }
  if (!filter_.may_hold_any(text)) return {};
  const auto seen = finder_.all_in(text);
  std::vector<std::size_t> meant;
  for (const auto& list : lists_) {
    const bool all =
        std::all_of(list.words.begin(), list.words.end(), [&](std::size_t word) { return seen[word]; });
    if (all && (meant.empty() || meant.back() != list.rule)) meant.push_back(list.rule);
  }
  return meant;
}

}  // namespace rescue::detect
