#include <algorithm>

#include "disk_finding.hpp"
#include "families.hpp"

namespace rescue::detect {
namespace {

using evidence::SurveyedFile;
using Form = SurveyedFile::Form;

bool below(std::string_view path, const Json& folders) {
  return std::any_of(folders.begin(), folders.end(), [&](const Json& folder) {
    return path.starts_with(folder.get_ref<const std::string&>());
  });
}

bool is_kernel_module(std::string_view path) {
  return path.find("/modules/") != path.npos && path.find(".ko") != path.npos;
}

/// Programs against the data base of packages, and that data base against itself.
class PackagesDetector final : public Detector {
 public:
  explicit PackagesDetector(const RuleBook& rules) : rules_(rules) {}

  void finish(const Scene& scene, CaseFile& file) override {
    if (!scene.survey.packages.known()) return no_database(scene, file);
    for (const auto& fault : scene.survey.faults) report_fault(fault, scene, file);
    for (const auto& surveyed : scene.survey.files) {
      if (surveyed.missing) {
        report_missing(surveyed, scene, file);
      } else if (surveyed.changed) {
        report_changed(surveyed, scene, file);
      } else if (!surveyed.owned) {
        report_added(surveyed, scene, file);
      }
    }
    report_local(scene, file);
  }

 private:
  /// Without one nothing can be said about programs; a system of another family is told apart.
  static void no_database(const Scene& scene, CaseFile& file) {
    for (const std::string path : {"/var/lib/rpm", "/usr/lib/sysimage/rpm", "/lib/apk/db"}) {
      if (!scene.root.list(path, 1)) continue;
      file.gaps.push_back({.path = path,
                           .reason = "this kind of data base of packages is not read",
                           .prevents = "telling changed and added programs from the packages' own"});
      return;
    }
  }

  void report_fault(const evidence::DatabaseFault& fault, const Scene& scene, CaseFile& file) {
    auto finding = disk_finding(rules_.rule("packages.edited_database"), scene, {.path = fault.path},
                                {{"package", fault.package}, {"reason", fault.reason}});
    if (fault.proven) finding.confidence = Confidence::kHigh;
    for (const auto& program : fault.programs) {
      EvidenceRef ref;
      ref.file = program;
      finding.evidence.push_back(std::move(ref));
    }
    file.add(std::move(finding));
  }

  void report_missing(const SurveyedFile& surveyed, const Scene& scene, CaseFile& file) {
    const auto& rule = rules_.rule("packages.missing_program");
    if (!below(surveyed.path, rule.match.at("folders"))) return;
    file.add(disk_finding(rule, scene, {.path = surveyed.path}, {{"package", surveyed.package}}));
  }

  void report_changed(const SurveyedFile& surveyed, const Scene& scene, CaseFile& file) {
    const auto* record = scene.survey.packages.find(surveyed.path);
    if (record != nullptr && record->conffile)
      return;  // the administrator's; what it says is judged elsewhere
    const auto& program = rules_.rule("packages.changed_program");
    const bool runs = surveyed.form != Form::kOther || surveyed.executable() ||
                      below(surveyed.path, program.match.at("folders"));
    const auto& rule = runs ? program : rules_.rule("packages.changed_file");
    file.add(disk_finding(rule, scene, {.path = surveyed.path, .sha256 = surveyed.sha256},
                          {{"package", surveyed.package}}));
  }

  /// A library needs no x bit, a script does.
  void report_added(const SurveyedFile& surveyed, const Scene& scene, CaseFile& file) {
    const bool program =
        surveyed.form == Form::kElf || (surveyed.form == Form::kScript && surveyed.executable());
    if (!program || is_kernel_module(surveyed.path)) return;
    if (below(surveyed.path, rules_.rule("packages.local_program").match.at("folders"))) {
      local_.push_back(&surveyed);
      return;
    }
    const auto& added = rules_.rule("packages.added_program");
    const auto& odd = rules_.rule("packages.odd_place_program");
    const bool among_programs = below(surveyed.path, added.match.at("folders"));
    const bool in_odd_place = surveyed.form == Form::kElf && below(surveyed.path, odd.match.at("folders"));
    if (!among_programs && !in_odd_place) return;
    file.add(disk_finding(among_programs ? added : odd, scene,
                          {.path = surveyed.path, .sha256 = surveyed.sha256}));
  }

  /// One finding for all: they are the administrator's, mostly.
  void report_local(const Scene& scene, CaseFile& file) {
    if (local_.empty()) return;
    const auto* newest = *std::max_element(local_.begin(), local_.end(), [](const auto* a, const auto* b) {
      return a->info.mtime < b->info.mtime;
    });
    auto finding = disk_finding(rules_.rule("packages.local_program"), scene,
                                {.path = newest->path, .sha256 = newest->sha256},
                                {{"count", std::to_string(local_.size())}});
    constexpr std::size_t kMostEvidence = 20;
    for (const auto* other : local_) {
      if (other == newest || finding.evidence.size() >= kMostEvidence) continue;
      EvidenceRef ref;
      ref.file = other->path;
      ref.sha256 = other->sha256;
      finding.evidence.push_back(std::move(ref));
    }
    file.add(std::move(finding));
  }

  const RuleBook& rules_;
  std::vector<const SurveyedFile*> local_;
};

}  // namespace

std::unique_ptr<Detector> make_packages_detector(const RuleBook& rules) {
  return std::make_unique<PackagesDetector>(rules);
}

}  // namespace rescue::detect
