#include <algorithm>

#include "families.hpp"
#include "yara_files.hpp"

namespace rescue::detect {
namespace {

/// "T1505_003" (a tag), "T1505.003": the ids of ATT&CK in a text, each once.
void add_attack_ids(std::string_view text, std::vector<std::string>& ids) {
  constexpr std::size_t kMost = 10, kDigits = 4, kSubDigits = 3;
  const auto digits = [&](std::size_t at, std::size_t count) {
    return at + count <= text.size() && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                                                    text.begin() + static_cast<std::ptrdiff_t>(at + count),
                                                    [](char c) { return c >= '0' && c <= '9'; });
  };
  for (auto at = text.find('T'); at != text.npos; at = text.find('T', at + 1)) {
    if (!digits(at + 1, kDigits) || digits(at + 1, kDigits + 1)) continue;
    std::string id(text.substr(at, kDigits + 1));
    const auto end = at + id.size();
    if (end < text.size() && (text[end] == '.' || text[end] == '_') && digits(end + 1, kSubDigits))
      id += "." + std::string(text.substr(end + 1, kSubDigits));
    if (ids.size() < kMost && std::find(ids.begin(), ids.end(), id) == ids.end())
      ids.push_back(std::move(id));
  }
}

/// The user's own YARA rules (--yara).
class YaraDetector final : public Detector {
 public:
  explicit YaraDetector(const RuleBook& rules) : rule_(rules.rule("yara.match")) {}

  evidence::FileReader* file_reader(const Scene& scene) override {
    if (scene.yara == nullptr) return nullptr;
    rules_.emplace(read_yara_rules(*scene.yara, gaps_));
    if (rules_->count() == 0) return nullptr;
    files_.emplace(scene, *rules_, rule_);
    return &*files_;
  }

  void prepare(const Scene& scene, CaseFile& file) override {
    file.gaps.append(gaps_);
    if (!files_) return;
    auto result = files_->take(scene);
    file.gaps.append(result.gaps);
    for (const auto& hit : result.hits) report(hit, file);
    file.kept.leave_out(rule_, result.left_out);
  }

  void finish(const Scene& /*scene*/, CaseFile& /*file*/) override {}

 private:
  void report(const YaraHit& hit, CaseFile& file) const {
    const auto& match = hit.match;
    auto finding = rule_.finding({{"path", hit.path}, {"rule", match.rule}, {"about", about(match)}});
    finding.severity = hit.severity;
    finding.time = hit.mtime;
    for (const auto& tag : match.tags) add_attack_ids(tag, finding.attack_ids);
    for (const auto& [name, value] : match.meta) add_attack_ids(value, finding.attack_ids);
    EvidenceRef ref;
    ref.file = hit.path;
    ref.sha256 = hit.sha256;
    for (const auto& string : match.strings) {
      ref.offset = string.offset;
      ref.excerpt = string.name + ": " + string.bytes;
      finding.evidence.push_back(ref);
    }
    if (finding.evidence.empty()) finding.evidence.push_back(std::move(ref));
    finding.notes.push_back({hit.mtime, finding.title, hit.path});
    file.add(std::move(finding));
  }

  /// What the rule says of itself.
  static std::string about(const match::YaraMatch& match) {
    std::string text = "It stands in " + match.source;
    for (const auto* name : {"description", "author", "reference"}) {
      const auto at = match.meta.find(name);
      if (at != match.meta.end()) text += "; " + std::string(name) + ": " + at->second;
    }
    return text + ".";
  }

  const Rule& rule_;
  evidence::Gaps gaps_;
  std::optional<match::YaraRules> rules_;
  std::optional<YaraFiles> files_;
};

}  // namespace

std::unique_ptr<Detector> make_yara_detector(const RuleBook& rules) {
  return std::make_unique<YaraDetector>(rules);
}

}  // namespace rescue::detect
