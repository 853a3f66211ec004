#include "sigma_book.hpp"

#include <algorithm>

namespace rescue::detect {
namespace {

constexpr std::size_t kMostEvidenceOfAll = 50'000;
constexpr std::size_t kMostGroupsOfAll = 20'000;  // but for each rule's first

Severity severity_of(sigma::Level level) {
  switch (level) {
    case sigma::Level::kInformational:
      return Severity::kInfo;
    case sigma::Level::kLow:
      return Severity::kLow;
    case sigma::Level::kMedium:
      return Severity::kMedium;
    case sigma::Level::kHigh:
      return Severity::kHigh;
    case sigma::Level::kCritical:
      return Severity::kCritical;
  }
  return Severity::kMedium;
}

std::string benign_of(const sigma::About& about) {
  std::string text;
  for (const auto& one : about.false_positives) text += (text.empty() ? "" : "; ") + one;
  return text.empty() ? "The rule names no harmless explanation." : text;
}

std::string reference_of(const sigma::About& about) {
  return "Sigma rule " + (about.id.empty() ? about.file : about.id) + ".";
}

/// What the rule says of itself.
Rule rule_of(const std::string& id, const sigma::About& about) {
  Rule rule;
  rule.id = id;
  rule.title = about.title;
  rule.why = (about.description.empty() ? about.title : about.description) + " (" + reference_of(about) + ")";
  rule.benign = benign_of(about);
  rule.severity = severity_of(about.level);
  // A rule is its author's: it alone confirms nothing.
  rule.confidence = about.status == "stable" ? Confidence::kMedium : Confidence::kLow;
  rule.attack_ids = about.attack_ids;
  return rule;
}

}  // namespace

std::string sigma_rule_id(const sigma::About& about) {
  constexpr std::size_t kMostBytes = 64;
  std::string id = "sigma.";
  const auto& from = !about.id.empty() ? about.id : !about.name.empty() ? about.name : about.title;
  for (const char c : from.substr(0, kMostBytes)) {
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    const bool good = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
    id += good ? small : '_';
  }
  return id;
}

SigmaBook::Group* SigmaBook::group_of(const sigma::About& about, const std::string& account,
                                      const std::string& address) {
  auto& rule = by_rule_[sigma_rule_id(about)];
  rule.about = &about;
  const auto key = std::pair(account, address);
  const auto known = rule.groups.find(key);
  if (known != rule.groups.end()) return &known->second;
  const bool full = rule.groups.size() >= kMostGroups || groups_ >= kMostGroupsOfAll;
  if (full && !rule.groups.empty()) {
    ++rule.left_out;
    return nullptr;
  }
  ++groups_;
  return &rule.groups[key];
}

void SigmaBook::add_evidence(Group& group, EvidenceRef evidence) {
  if (group.evidence.size() >= kMostEvidence) return;
  if (!group.evidence.empty() && evidence_kept_ >= kMostEvidenceOfAll) return;
  ++evidence_kept_;
  group.evidence.push_back(std::move(evidence));
}

void SigmaBook::add(const sigma::About& about, SigmaPlace place) {
  auto* group = group_of(about, place.account, place.address);
  if (group == nullptr) return;
  ++group->count;
  if (place.time) {
    group->first = group->first ? std::min(*group->first, *place.time) : *place.time;
    group->last = group->last ? std::max(*group->last, *place.time) : *place.time;
  }
  add_evidence(*group, std::move(place.evidence));
}

void SigmaBook::add(const sigma::Correlation& correlation, const sigma::Fired& fired,
                    const std::vector<SigmaPlace>& places) {
  const auto& first = places[fired.places.front()];
  const auto shared = [&](std::string SigmaPlace::*text) {
    const bool same = std::all_of(fired.places.begin(), fired.places.end(),
                                  [&](auto place) { return places[place].*text == first.*text; });
    return same ? first.*text : std::string();
  };
  auto* group = group_of(correlation.about, shared(&SigmaPlace::account), shared(&SigmaPlace::address));
  if (group == nullptr) return;
  group->count += fired.count;
  group->first = group->first ? std::min(*group->first, fired.from) : fired.from;
  group->last = group->last ? std::max(*group->last, fired.to) : fired.to;
  for (const auto place : fired.places) add_evidence(*group, places[place].evidence);
  if (group->why.empty()) {
    for (std::size_t i = 0; i < fired.group.size(); ++i)
      group->why += " " + correlation.group_by[i] + ": " + fired.group[i] + ".";
  }
}

void SigmaBook::tell(CaseFile& file) {
  for (auto& [id, of_rule] : by_rule_) {
    const auto rule = rule_of(id, *of_rule.about);
    for (auto& [who, group] : of_rule.groups) {
      auto finding = rule.finding({{"account", who.first}, {"address", who.second}});
      finding.title = rule.title;  // a Sigma title's braces are its own
      finding.why = rule.why + group.why;
      finding.benign = rule.benign;
      if (group.count > 1) {
        finding.why += " " + std::to_string(group.count) + " times";
        if (group.first && group.last && *group.first != *group.last)
          finding.why += ", from " + format_rfc3339(*group.first) + " to " + format_rfc3339(*group.last);
        finding.why += ".";
      }
      finding.time = group.first;
      finding.evidence = std::move(group.evidence);
      if (group.first) {
        const auto source = finding.evidence.empty() ? std::string() : source_of(finding.evidence.front());
        finding.notes.push_back({*group.first, finding.title, source});
      }
      file.add(std::move(finding));
    }
    file.kept.leave_out(rule, of_rule.left_out);
  }
}

}  // namespace rescue::detect
