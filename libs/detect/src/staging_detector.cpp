#include <algorithm>

#include "disk_finding.hpp"
#include "families.hpp"
#include "places.hpp"

namespace rescue::detect {
namespace {

using evidence::SurveyedFile;
using Form = SurveyedFile::Form;

/// A component begins with a dot; what git and the compiler's debug links keep so is known.
bool is_hidden(std::string_view path) {
  for (auto at = path.find("/."); at != path.npos; at = path.find("/.", at + 1)) {
    const auto part = path.substr(at + 1, path.find('/', at + 1) - at - 1);
    if (part != ".git" && part != ".build-id" && part.find_first_not_of(". ") != part.npos) return true;
  }
  return false;
}

/// What lies where nobody looks, ready to run.
class StagingDetector final : public Detector {
 public:
  explicit StagingDetector(const RuleBook& rules) : rules_(rules) {}

  void finish(const Scene& scene, CaseFile& file) override {
    for (const auto& surveyed : scene.survey.files) {
      if (surveyed.owned) continue;
      if (const auto* rule = rule_for(surveyed))
        file.add(disk_finding(*rule, scene, {.path = surveyed.path, .sha256 = surveyed.sha256}));
      if (surveyed.names_pool)
        file.add(disk_finding(rules_.rule("staging.miner"), scene,
                              {.path = surveyed.path, .sha256 = surveyed.sha256}));
    }
  }

 private:
  const Rule* rule_for(const SurveyedFile& surveyed) const {
    if (evidence::is_blank_name(surveyed.path)) return &rules_.rule("staging.blank_name");
    const bool program =
        surveyed.form == Form::kElf || (surveyed.form == Form::kScript && surveyed.executable());
    if (!program) return nullptr;
    const auto& hidden = rules_.rule("staging.hidden_program");
    if (is_hidden(surveyed.path) && lies_below(surveyed.path, hidden.match.at("folders"))) return &hidden;
    // Run-time systems unpack libraries there; what can be started by itself has the x bit.
    const auto& temporary = rules_.rule("staging.temporary_program");
    const bool lies_there = surveyed.executable() && lies_below(surveyed.path, temporary.match.at("folders"));
    return lies_there ? &temporary : nullptr;
  }

  const RuleBook& rules_;
};

}  // namespace

std::unique_ptr<Detector> make_staging_detector(const RuleBook& rules) {
  return std::make_unique<StagingDetector>(rules);
}

}  // namespace rescue::detect
