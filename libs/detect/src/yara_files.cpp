#include "yara_files.hpp"

#include <algorithm>
#include <charconv>

#include "rescue/base/sha256.hpp"
#include "rescue/evidence/walk.hpp"

namespace rescue::detect {
namespace {

// What files that a rule is slow on may cost a thread together.
constexpr auto kSlow = std::chrono::seconds(2), kMostSlow = std::chrono::seconds(300);
constexpr std::size_t kMostRuleBytes = 32 << 20, kMostAllRuleBytes = 128 << 20;

bool is_rule_file(const std::string& path, const evidence::FileInfo& info) {
  return info.kind == evidence::FileKind::kRegular && (path.ends_with(".yar") || path.ends_with(".yara"));
}

void tell_unused(const std::string& name, const std::string& why, evidence::Gaps& gaps) {
  gaps.push_back({.path = "/",
                  .reason = "the YARA rules in " + name + " were not used: " + why,
                  .prevents = std::string(kYaraPrevents),
                  .grave = true});
}

std::string sha256_of(evidence::FileBytes& bytes) {
  Sha256 sha256;
  const auto whole = bytes.go_over([&](std::string_view piece) {
    sha256.update(piece);
    return true;
  });
  return whole && *whole ? sha256.hex() : "";
}

}  // namespace

match::YaraRules read_yara_rules(const evidence::SafeRoot& folder, evidence::Gaps& gaps) {
  std::vector<std::string> paths;
  evidence::walk(folder, "/", {.max_entries = 100'000}, std::string(kYaraPrevents), gaps,
                 [&](const std::string& path, const evidence::FileInfo& info) {
                   if (is_rule_file(path, info)) paths.push_back(path);
                   return true;
                 });
  std::vector<match::YaraSource> sources;
  std::size_t bytes = 0;
  for (const auto& path : paths) {
    auto text = folder.read_small(path, std::min(kMostRuleBytes, kMostAllRuleBytes - bytes));
    if (text) bytes += text->size();
    if (text)
      sources.push_back({path.substr(1), *std::move(text)});
    else
      tell_unused(path.substr(1), text.error().detail, gaps);
  }
  auto rules = match::YaraRules::compile(sources, [&](const std::string& path) -> std::optional<std::string> {
    auto text = folder.read_small(path, kMostRuleBytes);
    return text ? std::optional(*std::move(text)) : std::nullopt;
  });
  for (const auto& fault : rules.faults()) tell_unused(fault.name, fault.message, gaps);
  if (rules.count() == 0) tell_unused("the folder", "there is no rule to use in it (*.yar, *.yara)", gaps);
  return rules;
}

YaraFiles::YaraFiles(const Scene& scene, const match::YaraRules& rules, const Rule& rule)
    : scene_(scene), rule_(rule) {
  for (unsigned i = 0; i < scene.jobs; ++i) {
    threads_.push_back({match::YaraScanner(rules),
                        Foremost<YaraHit, ByWeight>(KeptFindings::kMostOfARule),
                        Foremost<evidence::Gap, ByPath>(evidence::Gaps::kMostOfAKind),
                        0,
                        {}});
  }
}

bool YaraFiles::wants(const std::string& path, const evidence::FileInfo& info) {
  constexpr std::uint64_t kSmall = 1 << 20;
  if (info.size > kSmall && info.stored * 8 < info.size) {
    if (!threads_.empty())
      gap(threads_[0], path, "almost all of it is a hole; the YARA rules did not see it");
    return false;
  }
  wanted_ += info.size > 0 ? 1 : 0;
  return info.size > 0;
}

void YaraFiles::look(unsigned thread, const std::string& path, evidence::FileBytes& bytes) {
  auto& own = threads_[thread];
  ++own.files;
  const auto beginning = bytes.beginning(kMostBytes);
  if (!beginning) return gap(own, path, beginning.error().detail);
  const auto& info = bytes.info();
  if (own.spent > kMostSlow) return gap(own, path, "files before it had used up the time for YARA rules");
  if (info.size > kMostBytes) gap(own, path, "the YARA rules saw its first 32 MiB only");
  const auto begun = std::chrono::steady_clock::now();
  auto found = own.scanner.scan(*beginning, {path, owner_of(info.uid), info.size});
  const auto took = std::chrono::steady_clock::now() - begun;
  if (took > kSlow) own.spent += took;
  if (!found) return gap(own, path, found.error().detail);
  if (found->empty()) return;
  const auto sha256 = sha256_of(bytes);
  for (auto& match : *found) {
    const auto severity = severity_of(match);
    own.hits.add({path, info.mtime, sha256, std::move(match), severity});
  }
}

void YaraFiles::miss(unsigned thread, const std::string& path, const Error& error) {
  ++threads_[thread].files;
  gap(threads_[thread], path, error.detail);
}

YaraFiles::Result YaraFiles::take(const Scene& scene) {
  Result out;
  Foremost<YaraHit, ByWeight> hits(KeptFindings::kMostOfARule);
  Foremost<evidence::Gap, ByPath> gaps(evidence::Gaps::kMostOfAKind);
  std::size_t files = 0;
  for (auto& thread : threads_) {
    files += thread.files;
    hits.join(std::move(thread.hits));
    gaps.join(std::move(thread.gaps));
  }
  threads_.clear();
  out.hits = hits.take();
  out.left_out = hits.left_out();
  for (auto& gap : gaps.take()) out.gaps.push_back(std::move(gap));
  const evidence::Gap like{.path = "/", .reason = "", .prevents = std::string(kYaraPrevents)};
  if (gaps.left_out() > 0) out.gaps.leave_out(like, gaps.left_out());
  if (files < wanted_ || scene.time_is_up()) {
    out.gaps.push_back({.path = "/",
                        .reason = "the time limit was reached before the YARA rules had seen every file",
                        .prevents = std::string(kYaraPrevents),
                        .grave = true});
  }
  return out;
}

std::string YaraFiles::owner_of(std::uint32_t uid) const {
  const auto& accounts = scene_.artifacts.accounts.accounts;
  const auto at =
      std::find_if(accounts.begin(), accounts.end(), [&](const auto& account) { return account.uid == uid; });
  return at == accounts.end() ? std::to_string(uid) : at->name;
}

/// As the rule's own `score` (0 to 100) or `severity` says.
Severity YaraFiles::severity_of(const match::YaraMatch& match) const {
  if (const auto word = match.meta.find("severity"); word != match.meta.end()) {
    for (const auto severity : {Severity::kLow, Severity::kMedium, Severity::kHigh, Severity::kCritical}) {
      if (word->second == to_string(severity)) return severity;
    }
  }
  const auto score = match.meta.find("score");
  if (score == match.meta.end()) return rule_.severity;
  int value = 0;
  std::from_chars(score->second.data(), score->second.data() + score->second.size(), value);
  if (value >= rule_.match.at("score_of_high").get<int>()) return Severity::kHigh;
  return value >= rule_.match.at("score_of_medium").get<int>() ? Severity::kMedium : Severity::kLow;
}

void YaraFiles::gap(Thread& own, const std::string& path, std::string reason) {
  own.gaps.add({.path = path, .reason = std::move(reason), .prevents = std::string(kYaraPrevents)});
}

}  // namespace rescue::detect
