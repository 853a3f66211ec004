#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/sigma/record.hpp"
#include "rescue/sigma/rule_set.hpp"

namespace rescue::sigma {

/// A correlation that came true.
struct Fired {
  std::uint32_t correlation = 0;
  std::vector<std::string> group;  ///< values of its group_by, in that order
  Timestamp from{}, to{};
  std::uint64_t count = 0;            ///< of events in it
  std::vector<std::uint64_t> places;  ///< the first few, as add() was given them
};

/// Gathers what rules found and says at the end which correlations came true: events need not come in the
/// order of time. Bounded: what is past it is counted. Borrows the rules. One thread at a time.
class Correlator {
 public:
  static constexpr std::size_t kMostHits = 500'000;
  static constexpr std::size_t kMostTexts = 100'000;  ///< different values and groups
  static constexpr std::size_t kMostPlaces = 5;       ///< of one Fired

  explicit Correlator(const RuleSet& rules);
  /// Whether some correlation counts what this rule finds.
  bool wants(std::uint32_t rule) const;
  /// `place` is the caller's own number for the event. An event without a field that groups is not counted.
  void add(std::uint32_t rule, Timestamp time, const Record& record, std::uint64_t place);
  std::vector<Fired> finish();
  std::uint64_t left_out() const { return left_out_; }

 private:
  struct Hit {
    std::int64_t time = 0;
    std::uint32_t group = 0, value = 0;  ///< numbers of texts
    std::uint32_t part = 0;              ///< which of the correlation's rules
    std::uint64_t place = 0;
  };
  struct Wish {
    std::uint32_t correlation = 0, part = 0;
  };
  class Judge;
  std::uint32_t number_of(const std::string& text);
  void count_in(const Wish& wish, Timestamp time, const Record& record, std::uint64_t place);
  void pass_on(const Fired& fired);
  std::vector<Fired> judge(std::uint32_t correlation);

  const RuleSet& rules_;
  std::map<std::uint32_t, std::vector<Wish>> by_rule_, by_correlation_;
  std::vector<std::vector<Hit>> hits_;  ///< by correlation
  std::map<std::string, std::uint32_t> numbers_;
  std::vector<const std::string*> texts_;
  std::size_t count_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace rescue::sigma
