#include "own_rules.hpp"

#include <ostream>

#include "app.hpp"
#include "rescue/detect/rule_check.hpp"
#include "rescue/evidence/walk.hpp"

namespace rescue::probe {
namespace {

constexpr std::size_t kMostBytes = 1 << 20, kMostFiles = 10'000;

struct File {
  std::string name, text;
};

Result<std::vector<File>> files_below(const std::string& folder) {
  RESCUE_ASSIGN(const auto root, evidence::SafeRoot::open(folder));
  std::vector<std::string> paths;
  evidence::Gaps gaps;
  evidence::walk(root, "/", {.max_entries = kMostFiles}, "", gaps,
                 [&](const std::string& path, const evidence::FileInfo& /*info*/) {
                   if (path.ends_with(".json")) paths.push_back(path);
                   return true;
                 });
  for (const auto& gap : gaps) return fail(ErrorCode::kInvalid, "bad-option", gap.path + ": " + gap.reason);
  std::vector<File> files;
  for (const auto& path : paths) {
    RESCUE_ASSIGN(auto text, root.read_small(path, kMostBytes));
    files.push_back({path.substr(1), std::move(text)});
  }
  return files;
}

}  // namespace

Result<OwnRules> read_own_rules(const std::string& folder) {
  RESCUE_ASSIGN(const auto files, files_below(folder));
  if (files.empty())
    return fail(ErrorCode::kInvalid, "bad-option", folder + ": there is no rule in it (*.json)");
  std::vector<EmbeddedFile> texts;
  for (const auto& file : files) texts.push_back({file.name, file.text});
  RESCUE_ASSIGN(auto book, detect::RuleBook::shipped_with(texts));
  std::vector<std::string> ids;
  for (const auto& file : files) {
    RESCUE_ASSIGN(auto rule, detect::parse_rule(file.text));
    ids.push_back(std::move(rule.id));
  }
  return OwnRules{std::move(book), std::move(ids)};
}

int check_rules(const std::string& folder, std::ostream& out, std::ostream& err) {
  const auto rules = read_own_rules(folder);
  if (!rules) {
    err << "rescue-probe: " << rules.error().detail << '\n';
    return kUsage;
  }
  bool good = true;
  for (const auto& id : rules->ids) {
    const auto faults = detect::check_examples(rules->book, rules->book.rule(id));
    for (const auto& fault : faults) err << id << ": " << fault << '\n';
    if (faults.empty()) out << id << ": its examples hold\n";
    good = good && faults.empty();
  }
  return good ? kDone : kUsage;
}

}  // namespace rescue::probe
