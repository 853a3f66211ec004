#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/sigma/rule.hpp"

namespace rescue::sigma {

/// A rule that is not run, and why.
struct Refused {
  std::string file, title, reason;
};

/// A correlation whose rules have not been looked up yet.
struct Untied;

/// Sigma rules and correlations (specification 2.1) as files of YAML documents give them. Whatever cannot be
/// run is named in refused(); nothing is left out in silence. Bounded. Not thread-safe while it is filled.
class RuleSet {
 public:
  static constexpr std::size_t kMostRules = 20'000;
  /// Why rules for this log source cannot be run; "" where they can.
  using WhyNot = std::function<std::string(const LogSource&)>;

  explicit RuleSet(WhyNot why_not);
  RuleSet(RuleSet&&) noexcept;
  RuleSet& operator=(RuleSet&&) noexcept;
  ~RuleSet();
  void add_file(const std::string& file, const std::string& text);
  void refuse(std::string file, std::string title, std::string reason);
  /// After the last file: ties correlations to the rules they name.
  void finish();

  const std::vector<Rule>& rules() const { return rules_; }
  /// Each behind those that it counts.
  const std::vector<Correlation>& correlations() const { return correlations_; }
  const std::vector<Refused>& refused() const { return refused_; }

 private:
  void add_document(const std::string& file, const Json& document);
  bool takes(const About& about);
  bool tie(Untied& untied);

  WhyNot why_not_;
  std::vector<Rule> rules_;
  std::vector<Correlation> correlations_;
  std::vector<Untied> untied_;
  std::vector<Refused> refused_;
  std::set<std::string> ids_;
};

}  // namespace rescue::sigma
