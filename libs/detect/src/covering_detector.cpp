#include <algorithm>
#include <chrono>

#include "disk_finding.hpp"
#include "families.hpp"
#include "places.hpp"

namespace rescue::detect {
namespace {

bool has_word(std::string_view line, std::string_view word) {
  for (auto at = line.find(word); at != line.npos; at = line.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool begins =
        at == 0 || line[at - 1] == ' ' || line[at - 1] == ';' || line[at - 1] == '\t' || line[at - 1] == '&';
    const bool ends = end == line.size() || line[end] == ' ' || line[end] == ';' || line[end] == '\t' ||
                      line[end] == '\r' || line[end] == '&';
    if (begins && ends) return true;
  }
  return false;
}

/// What was done so that nobody sees what was done (T1070).
class CoveringDetector final : public Detector {
 public:
  explicit CoveringDetector(const RuleBook& rules) : rules_(rules) {}

  void finish(const Scene& scene, CaseFile& file) override {
    for (const auto& home : scene.artifacts.homes) look_at_histories(home, scene, file);
    look_at_profiles(scene, file);
    look_at_times(scene, file);
  }

 private:
  void look_at_histories(const std::string& home, const Scene& scene, CaseFile& file) {
    const auto& rule = rules_.rule("traces.history_redirected");
    for (const auto& name : rule.match.at("names")) {
      const auto path = home + "/" + name.get<std::string>();
      const auto target = scene.root.link_target(path);
      if (target && *target == "/dev/null")
        file.add(disk_finding(rule, scene, {path, 0, "-> " + *target, ""}));
    }
  }

  void look_at_profiles(const Scene& scene, CaseFile& file) {
    const auto& rule = rules_.rule("traces.history_disabled");
    const auto& words = rule.match.at("words");
    report_first_lines(rule, scene, file, [&](std::string_view line) {
      const bool off =
          !line.starts_with('#') && std::any_of(words.begin(), words.end(), [&](const Json& word) {
            return has_word(line, word.get_ref<const std::string&>());
          });
      return off ? std::optional(std::map<std::string, std::string>()) : std::nullopt;
    });
  }

  /// The kernel sets the time of the inode itself; a content cannot be newer than that unless somebody said
  /// so.
  void look_at_times(const Scene& scene, CaseFile& file) {
    for (const auto& surveyed : scene.survey.files) {
      const bool judged = !surveyed.missing && (!surveyed.owned || surveyed.changed);
      if (!judged || surveyed.info.mtime <= surveyed.info.ctime + std::chrono::hours(24)) continue;
      file.add(disk_finding(rules_.rule("traces.impossible_time"), scene,
                            {.path = surveyed.path, .sha256 = surveyed.sha256}));
    }
  }

  const RuleBook& rules_;
};

}  // namespace

std::unique_ptr<Detector> make_covering_detector(const RuleBook& rules) {
  return std::make_unique<CoveringDetector>(rules);
}

}  // namespace rescue::detect
