#include "sigma_folder.hpp"

#include <map>

#include "rescue/evidence/walk.hpp"
#include "sigma_events.hpp"

namespace rescue::detect {
namespace {

constexpr std::size_t kMostFiles = 50'000;
constexpr std::size_t kMostFileBytes = 1 << 20;
constexpr std::uint64_t kMostBytes = 256ULL << 20U;
constexpr std::string_view kPrevents = "what these Sigma rules would have found";

bool is_rule_file(std::string_view path) {
  return path.ends_with(".yml") || path.ends_with(".yaml");
}

/// By field: the titles of the rules that ask for it.
std::map<std::string, std::vector<std::string>> fields_not_told(const sigma::RuleSet& rules) {
  std::map<std::string, std::vector<std::string>> fields;
  for (const auto& rule : rules.rules()) {
    for (const auto& field : fields_nobody_tells(rule)) fields[field].push_back(rule.about.title);
  }
  return fields;
}

std::string name_of_refused(const sigma::Refused& refused) {
  return refused.file + (refused.title.empty() ? "" : " (" + refused.title + ")") + ": " + refused.reason;
}

/// Rules for other systems are many and all alike: counted by why. Others are named.
std::string reasons(const std::vector<sigma::Refused>& refused) {
  constexpr std::size_t kMostNamed = 10;
  std::map<std::string, std::size_t> by_reason;
  for (const auto& rule : refused) ++by_reason[rule.reason];
  std::string out;
  std::size_t named = 0;
  for (const auto& rule : refused) {
    auto& count = by_reason[rule.reason];
    if (count == 0) continue;  // told
    if (named++ == kMostNamed) return out + "; and more (--stats names all)";
    out += (out.empty() ? "" : "; ") +
           (count == 1 ? name_of_refused(rule) : std::to_string(count) + ": " + rule.reason);
    count = 0;
  }
  return out;
}

}  // namespace

sigma::RuleSet load_sigma(const evidence::SafeRoot& folder) {
  sigma::RuleSet rules(why_not_read);
  evidence::Gaps gaps;
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  evidence::walk(folder, "/", {}, std::string(kPrevents), gaps,
                 [&](const std::string& path, const evidence::FileInfo& info) {
                   if (info.kind != evidence::FileKind::kRegular || !is_rule_file(path)) return true;
                   if (++files > kMostFiles || (bytes += info.size) > kMostBytes) {
                     rules.refuse(path, "", "more files of rules than the limit");
                     return true;
                   }
                   const auto text = folder.read_small(path, kMostFileBytes);
                   if (text) {
                     rules.add_file(path, *text);
                   } else {
                     rules.refuse(path, "", text.error().detail);
                   }
                   return true;
                 });
  for (const auto& gap : gaps) rules.refuse(gap.path, "", gap.reason);
  if (files == 0) rules.refuse("/", "", "there is no file of rules (*.yml) in it");
  rules.finish();
  return rules;
}

void tell_sigma_gaps(const sigma::RuleSet& rules, evidence::Gaps& gaps) {
  const auto& refused = rules.refused();
  if (!refused.empty()) {
    gaps.push_back(
        {.path = "/",
         .reason = std::to_string(refused.size()) + " Sigma rule(s) not loaded: " + reasons(refused),
         .prevents = std::string(kPrevents)});
  }
  std::string fields;
  for (const auto& [field, titles] : fields_not_told(rules))
    fields += (fields.empty() ? "" : ", ") + field + " (" + std::to_string(titles.size()) + " rule(s))";
  if (!fields.empty()) {
    gaps.push_back({.path = "/",
                    .reason = "Sigma rules ask for fields that no log tells: " + fields,
                    .prevents = "finding what only these fields would show"});
  }
}

Json sigma_stats(const sigma::RuleSet& rules) {
  Json not_loaded = Json::array();
  for (const auto& refused : rules.refused())
    not_loaded.push_back({{"file", refused.file}, {"title", refused.title}, {"reason", refused.reason}});
  return {{"loaded", rules.rules().size()},
          {"correlations", rules.correlations().size()},
          {"not_loaded", std::move(not_loaded)},
          {"fields_not_told", fields_not_told(rules)}};
}

}  // namespace rescue::detect
