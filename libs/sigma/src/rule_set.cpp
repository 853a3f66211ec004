#include "rescue/sigma/rule_set.hpp"

#include <algorithm>

#include "correlation_reader.hpp"
#include "detection_reader.hpp"
#include "rule_reader.hpp"
#include "yaml_documents.hpp"

namespace rescue::sigma {
namespace {

std::vector<std::string> fields_of(const Detection& detection) {
  std::set<std::string> fields;
  for (const auto& item : detection.items) {
    if (!item.field.empty()) fields.insert(item.field);
  }
  return {fields.begin(), fields.end()};
}

/// The rule itself, and what its condition counts of what it finds.
struct ReadRule {
  Rule rule;
  std::optional<Correlation> counting;
};

Result<ReadRule> read_rule(const About& about, const Json& document) {
  const auto at = document.find("detection");
  if (at == document.end())
    return fail(
        ErrorCode::kInvalid, "unusable-rule",
        document.contains("filter") ? "a filter of other rules is not supported" : "it has no detection");
  RESCUE_ASSIGN(auto read, read_detection(*at));
  ReadRule out;
  out.rule.about = about;
  out.rule.source = read_source(document);
  out.rule.fields = fields_of(read.detection);
  if (read.aggregation) {
    RESCUE_ASSIGN(out.counting, counting_of(about, *read.aggregation, at->value("timeframe", Json())));
    out.rule.tells = false;
  }
  out.rule.detection = std::make_shared<const Detection>(std::move(read.detection));
  return out;
}

bool is_named(const About& about, const std::string& name) {
  return (!about.id.empty() && about.id == name) || (!about.name.empty() && about.name == name);
}

template <class List>
std::optional<std::uint32_t> number_of(const List& list, const std::string& name) {
  const auto at =
      std::find_if(list.begin(), list.end(), [&](const auto& item) { return is_named(item.about, name); });
  if (at == list.end()) return std::nullopt;
  return static_cast<std::uint32_t>(at - list.begin());
}

}  // namespace

RuleSet::RuleSet(WhyNot why_not) : why_not_(std::move(why_not)) {}
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;
RuleSet::~RuleSet() = default;

void RuleSet::refuse(std::string file, std::string title, std::string reason) {
  refused_.push_back({std::move(file), std::move(title), std::move(reason)});
}

void RuleSet::add_file(const std::string& file, const std::string& text) {
  const auto documents = read_yaml(text);
  if (!documents) return refuse(file, "", documents.error().detail);
  for (const auto& document : *documents) add_document(file, document);
}

/// False, and the rule is refused, where there is no room for it or its id stands for another one.
bool RuleSet::takes(const About& about) {
  if (rules_.size() + untied_.size() >= kMostRules) {
    refuse(about.file, about.title, "more rules than the limit");
    return false;
  }
  if (about.id.empty() || ids_.insert(about.id).second) return true;
  refuse(about.file, about.title, "its id " + about.id + " is another rule's");
  return false;
}

void RuleSet::add_document(const std::string& file, const Json& document) {
  if (document.is_null()) return;  // `---` at the end
  if (!document.is_object()) return refuse(file, "", "a document is no map");
  const auto about = read_about(file, document);
  if (!about) return refuse(file, "", about.error().detail);
  if (const auto at = document.find("correlation"); at != document.end()) {
    auto untied = read_correlation(*about, *at);
    if (!untied) return refuse(file, about->title, untied.error().detail);
    if (takes(*about)) untied_.push_back(*std::move(untied));
    return;
  }
  auto read = read_rule(*about, document);
  if (!read) return refuse(file, about->title, read.error().detail);
  if (auto why = why_not_(read->rule.source); !why.empty()) return refuse(file, about->title, std::move(why));
  if (!takes(*about)) return;
  if (read->counting) {
    read->counting->parts.push_back({.correlation = false,
                                     .number = static_cast<std::uint32_t>(rules_.size()),
                                     .group_fields = read->counting->group_by});
    correlations_.push_back(*std::move(read->counting));
  }
  rules_.push_back(std::move(read->rule));
}

/// Looks up what it counts. False where something is not there (yet).
bool RuleSet::tie(Untied& untied) {
  auto& parts = untied.correlation.parts;
  parts.clear();
  for (const auto& name : untied.names) {
    const auto rule = number_of(rules_, name);
    const auto correlation = rule ? std::nullopt : number_of(correlations_, name);
    if (!rule && !correlation) return false;
    Correlation::Part part{.correlation = !rule, .number = rule ? *rule : *correlation, .group_fields = {}};
    for (const auto& field : untied.correlation.group_by) {
      const auto alias = untied.aliases.find(field);
      const auto of_rule = alias == untied.aliases.end()
                               ? std::map<std::string, std::string>::const_iterator()
                               : alias->second.find(name);
      const bool aliased = alias != untied.aliases.end() && of_rule != alias->second.end();
      part.group_fields.push_back(aliased ? of_rule->second : field);
    }
    parts.push_back(std::move(part));
  }
  for (const auto& part : parts) {
    if (untied.generate) continue;
    (part.correlation ? correlations_[part.number].tells : rules_[part.number].tells) = false;
  }
  return true;
}

void RuleSet::finish() {
  // A correlation may count others: those first whose parts are all there.
  for (bool more = true; more && !untied_.empty();) {
    more = false;
    for (auto at = untied_.begin(); at != untied_.end();) {
      if (!tie(*at)) {
        ++at;
        continue;
      }
      correlations_.push_back(std::move(at->correlation));
      at = untied_.erase(at);
      more = true;
    }
  }
  for (const auto& untied : untied_) {
    std::string missing;
    for (const auto& name : untied.names) {
      if (!number_of(rules_, name) && !number_of(correlations_, name))
        missing += (missing.empty() ? "" : ", ") + name;
    }
    const auto& about = untied.correlation.about;
    refuse(about.file, about.title, "it counts rules that are not loaded: " + missing);
  }
  untied_.clear();
}

}  // namespace rescue::sigma
