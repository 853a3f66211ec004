#pragma once

#include <string>

#include "rescue/sigma/matcher.hpp"
#include "rescue/sigma/rule_set.hpp"

namespace rescue::sigma {

/// For tests: a rule of ours around a detection in YAML, each line of it indented by two.
inline std::string rule_text(const std::string& detection, const std::string& id = "") {
  return "title: A rule\n" + (id.empty() ? "" : "id: " + id + "\nname: " + id + "\n") +
         "level: high\nlogsource:\n  product: linux\ndetection:\n" + detection;
}

inline RuleSet rules_of(const std::string& text) {
  RuleSet rules([](const LogSource&) { return std::string(); });
  rules.add_file("/rules.yml", text);
  rules.finish();
  return rules;
}

/// The first reason why something was not loaded.
inline std::string why_refused(const std::string& text) {
  const auto rules = rules_of(text);
  return rules.refused().empty() ? std::string() : rules.refused().front().reason;
}

/// Whether the only rule fires, by itself and behind the sieve, which must say the same.
inline bool fires(const RuleSet& rules, const Record& record) {
  Matcher matcher(rules.rules());
  matcher.begin();
  for (const auto& field : record.fields()) matcher.look_at(field.value);
  for (const auto& line : record.lines()) matcher.look_at(line.value);
  const auto candidates = matcher.candidates();
  const bool fires = matcher.matches(0, record);
  if (fires && candidates.empty()) throw std::logic_error("the sieve lost a rule that fires");
  return fires;
}

inline bool fires(const std::string& detection, const Record& record) {
  const auto rules = rules_of(rule_text(detection));
  if (rules.rules().size() != 1) throw std::logic_error(rules.refused().front().reason);
  return fires(rules, record);
}

/// A record of one field.
inline Record of(std::string_view field, std::string_view value) {
  Record record;
  record.add(field, value);
  return record;
}

}  // namespace rescue::sigma
