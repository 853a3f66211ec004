#include "rescue/sigma/matcher.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "detection.hpp"
#include "literal_finder.hpp"
#include "literals.hpp"

namespace rescue::sigma {
namespace {

// What the finder's table may grow to; rules past it are tried on every event.
constexpr std::size_t kMostLiterals = 40'000;

/// The literals of all rules, and for each the rules that need it.
struct Needs {
  std::map<std::string, std::vector<std::uint32_t>> rules_by_literal;
  std::vector<std::uint32_t> always;

  Needs(const std::vector<Rule>& rules, const std::function<bool(const Rule&)>& wanted) {
    for (std::uint32_t i = 0; i < rules.size(); ++i) {
      if (wanted && !wanted(rules[i])) continue;
      const auto literals = needed_literals(*rules[i].detection);
      if (!literals || rules_by_literal.size() + literals->size() > kMostLiterals) {
        always.push_back(i);
        continue;
      }
      for (const auto& literal : *literals) rules_by_literal[literal].push_back(i);
    }
  }
  std::vector<std::string> literals() const {
    std::vector<std::string> out;
    out.reserve(rules_by_literal.size());
    for (const auto& [literal, rules] : rules_by_literal) out.push_back(literal);
    return out;
  }
};

}  // namespace

struct Matcher::Sieve {
  explicit Sieve(const Needs& needs, std::size_t rules) : finder(needs.literals()), seen_by_rule(rules, 0) {
    for (const auto& [literal, numbers] : needs.rules_by_literal) rules_by_literal.push_back(numbers);
    seen_by_literal.assign(rules_by_literal.size(), 0);
  }

  LiteralFinder finder;
  std::vector<std::vector<std::uint32_t>> rules_by_literal;
  std::vector<std::uint64_t> seen_by_literal, seen_by_rule;  ///< in which event last
  std::uint64_t event = 0;
  std::vector<std::uint32_t> candidates;
};

Matcher::Matcher(const std::vector<Rule>& rules, const std::function<bool(const Rule&)>& wanted)
    : rules_(rules) {
  Needs needs(rules, wanted);
  sieve_ = std::make_unique<Sieve>(needs, rules.size());
  always_ = std::move(needs.always);
}
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher::~Matcher() = default;

void Matcher::begin() {
  ++sieve_->event;
  sieve_->candidates.clear();
}

void Matcher::look_at(std::string_view text) {
  auto& sieve = *sieve_;
  sieve.finder.look_at(text, [&](std::uint32_t literal) {
    if (std::exchange(sieve.seen_by_literal[literal], sieve.event) == sieve.event) return;
    for (const auto rule : sieve.rules_by_literal[literal]) {
      if (std::exchange(sieve.seen_by_rule[rule], sieve.event) != sieve.event)
        sieve.candidates.push_back(rule);
    }
  });
}

bool Matcher::any() const {
  return !always_.empty() || !sieve_->candidates.empty();
}

std::span<const std::uint32_t> Matcher::candidates() {
  auto& list = sieve_->candidates;
  for (const auto rule : always_) {
    if (std::exchange(sieve_->seen_by_rule[rule], sieve_->event) != sieve_->event) list.push_back(rule);
  }
  std::sort(list.begin(), list.end());
  return list;
}

bool Matcher::matches(std::uint32_t rule, const Record& record) const {
  return rules_[rule].detection->matches(record);
}

}  // namespace rescue::sigma
