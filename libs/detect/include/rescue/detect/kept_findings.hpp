#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "rescue/detect/finding.hpp"
#include "rescue/detect/findings_board.hpp"
#include "rescue/detect/rule.hpp"

namespace rescue::detect {

/// Findings of one rule that are only counted.
struct LeftOut {
  std::uint64_t count = 0;
  Severity gravest = Severity::kInfo;
};
using LeftOutByRule = std::map<std::string, LeftOut>;

/// The findings while they are gathered. Whoever owned the disk may have laid out a million of them to hide
/// the few that matter, or to make a document that nobody can read: so many of each rule are kept, first
/// those that break-ins rest on, then the most severe, the surest, those linked with a break-in, and the
/// earliest. Which ones are kept does not depend on the order in which they come. The others are counted.
class KeptFindings {
 public:
  static constexpr std::size_t kMostOfARule = 500;

  /// Each one that comes from here on is counted there too; null: nowhere. Borrowed.
  void tell(FindingsBoard* board) { board_ = board; }
  /// Takes it up, its lists and texts cut to what a document shows. The number stands for it whether it is
  /// kept or not.
  std::size_t add(Finding finding);
  /// `count` more of this rule, which nobody described.
  void leave_out(const Rule& rule, std::uint64_t count);
  /// The kept ones: the first in line of every rule, then every rule's second … No rule's many come before
  /// another's first. Empty afterwards.
  std::vector<Finding> take_in_turns();
  const LeftOutByRule& left_out() const { return left_out_; }

 private:
  struct FirstInLine {
    bool operator()(const Finding& a, const Finding& b) const;
  };
  std::map<std::string, std::set<Finding, FirstInLine>> by_rule_;
  LeftOutByRule left_out_;
  std::size_t added_ = 0;
  FindingsBoard* board_ = nullptr;
};

void count(const Finding& finding, LeftOutByRule& left_out);

}  // namespace rescue::detect
