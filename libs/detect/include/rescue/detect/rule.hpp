#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/embedded.hpp"
#include "rescue/base/json.hpp"
#include "rescue/base/result.hpp"
#include "rescue/detect/finding.hpp"

namespace rescue::detect {

/// A rule as libs/detect/data/<family>/<name>.json holds it. What `match` means is its family's business; the
/// rest is the same for all.
struct Rule {
  std::string id;     ///< "<family>.<name>"
  std::string title;  ///< may hold {account}, {address}, {path}, {count} …
  std::string why;
  std::string benign;
  std::string source;  ///< where the knowledge comes from
  Severity severity = Severity::kInfo;
  Confidence confidence = Confidence::kLow;
  std::vector<std::string> attack_ids;
  Json match;
  Json must_fire;  ///< examples: a text in the family's short form, or a small tree of files
  Json must_not_fire;

  std::string_view family() const { return std::string_view(id).substr(0, id.find('.')); }
  /// A finding of this rule, the texts' placeholders replaced ({name} → value).
  Finding finding(const std::map<std::string, std::string>& values) const;
};

/// One rule from its file's text. kInvalid when a field is missing, or either kind of example.
Result<Rule> parse_rule(std::string_view text);

/// All rules. Immutable; thread-safe.
class RuleBook {
 public:
  /// kInvalid names the file that is no rule, and ids that occur twice.
  static Result<RuleBook> load(std::span<const EmbeddedFile> files);
  /// The rules compiled into the program. Throws when they are broken, which a test rules out.
  static RuleBook shipped();

  /// Those, and a user's own beside them, of the forms that are judged by data alone (own_rule.hpp). kInvalid
  /// names the file and says why.
  static Result<RuleBook> shipped_with(std::span<const EmbeddedFile> own);

  /// Throws std::out_of_range for an id that does not exist: a detector's bug.
  const Rule& rule(std::string_view id) const;
  std::vector<const Rule*> family(std::string_view name) const;
  const std::vector<Rule>& all() const { return rules_; }

 private:
  const Rule* find(std::string_view id) const;

  std::vector<Rule> rules_;  // sorted by id
};

}  // namespace rescue::detect
