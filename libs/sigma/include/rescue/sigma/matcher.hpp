#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "rescue/sigma/record.hpp"
#include "rescue/sigma/rule.hpp"

namespace rescue::sigma {

/// Runs rules on events. All texts that rules need are looked for in one pass over the event, so that most
/// rules are never tried on most events:
///   matcher.begin();
///   matcher.look_at(line);
///   for (const auto rule : matcher.candidates()) if (matcher.matches(rule, record)) …
/// Borrows the rules. One thread at a time.
class Matcher {
 public:
  /// Runs those rules only that `wanted` takes; of all, where there is none.
  explicit Matcher(const std::vector<Rule>& rules, const std::function<bool(const Rule&)>& wanted = {});
  Matcher(Matcher&&) noexcept;
  ~Matcher();

  void begin();
  /// Every value of the record's fields and lines must be a part of one of the texts given here.
  void look_at(std::string_view text);
  /// The rules that may match, by their numbers, in order. Valid until the next begin().
  std::span<const std::uint32_t> candidates();
  /// Whether there may be any. Cheap.
  bool any() const;
  bool matches(std::uint32_t rule, const Record& record) const;

  std::size_t always_tried() const { return always_.size(); }

 private:
  struct Sieve;
  const std::vector<Rule>& rules_;
  std::vector<std::uint32_t> always_;  ///< rules without literals
  std::unique_ptr<Sieve> sieve_;
};

}  // namespace rescue::sigma
