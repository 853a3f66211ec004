#include <algorithm>
#include <map>

#include "disk_finding.hpp"
#include "families.hpp"
#include "places.hpp"

namespace rescue::detect {
namespace {

using evidence::SurveyedFile;
using Form = SurveyedFile::Form;

bool same_content(const std::string& one, const std::string& other, const Scene& scene) {
  auto first = scene.root.open_file(one), second = scene.root.open_file(other);
  constexpr std::uint64_t kMostBytes = 64U << 20U;
  if (!first || !second || first->info().size != second->info().size || first->info().size > kMostBytes)
    return false;
  std::string a(1 << 16, '\0'), b = a;
  for (std::uint64_t offset = 0; offset < first->info().size;) {
    const auto got = first->read_at(offset, a);
    const auto as_much = second->read_at(offset, b);
    if (!got || !as_much || *got != *as_much || *got == 0) return false;
    if (std::string_view(a).substr(0, *got) != std::string_view(b).substr(0, *got)) return false;
    offset += *got;
  }
  return true;
}

/// Services that shut themselves into a folder have the system's libraries copied there, under their own
/// paths: Debian's postfix does at each start.
bool is_copy_of_packaged(const SurveyedFile& surveyed, const Scene& scene) {
  const std::string_view path = surveyed.path;
  for (auto slash = path.find('/', 1); slash != path.npos; slash = path.find('/', slash + 1)) {
    const auto original = scene.survey.packages.canonical(path.substr(slash));
    if (scene.survey.trusted(original)) return same_content(surveyed.path, original, scene);
  }
  return false;
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
        const auto* record = scene.survey.packages.find(surveyed.path);
        const bool setting =
            record != nullptr && record->conffile;  // the administrator's; judged by its content
        if (!setting) changed_[surveyed.package].push_back(&surveyed);
      } else if (!surveyed.owned) {
        report_added(surveyed, scene, file);
      }
    }
    report_all_changed(scene, file);
    report_local(scene, file);
  }

 private:
  /// Without one nothing can be said about programs; a system of another family is told apart.
  static void no_database(const Scene& scene, CaseFile& file) {
    const std::string prevents = "telling changed and added programs from the packages' own";
    if (scene.root.list("/lib/apk/db", 1)) {
      file.gaps.push_back({.path = "/lib/apk/db",
                           .reason = "this kind of data base of packages is not read",
                           .prevents = prevents});
      return;
    }
    if (const std::string rpm = "/var/lib/rpm"; scene.root.list(rpm, 1)) {
      file.gaps.push_back({.path = rpm,
                           .reason = "there is no data base of packages in rpm's folder that could be read",
                           .prevents = prevents,
                           .grave = true});
      return;
    }
    // Only packages bring this file, and none is left of what they brought.
    const std::string status = "/var/lib/dpkg/status";
    if (!scene.root.info(status)) return;
    file.gaps.push_back({.path = "/var/lib/dpkg/info",
                         .reason = "the lists of what packages brought are gone, or cannot be read",
                         .prevents = prevents,
                         .grave = true});
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
    if (!lies_below(surveyed.path, rule.match.at("folders"))) return;
    file.add(disk_finding(rule, scene, {.path = surveyed.path}, {{"package", surveyed.package}}));
  }

  /// An update past the package manager changes hundreds of a package's files at once: what somebody calls
  /// as a program is told one by one then, the rest together.
  void report_all_changed(const Scene& scene, CaseFile& file) {
    constexpr std::size_t kOneByOne = 25;
    const auto& commands = rules_.rule("packages.missing_program").match.at("folders");
    for (const auto& [package, changed] : changed_) {
      std::vector<const SurveyedFile*> together;
      for (const auto* surveyed : changed) {
        if (changed.size() <= kOneByOne || lies_below(surveyed->path, commands)) {
          file.add(changed_finding(*surveyed, scene));
        } else {
          together.push_back(surveyed);
        }
      }
      if (!together.empty()) report_together(together, scene, file);
    }
  }

  void report_together(const std::vector<const SurveyedFile*>& changed, const Scene& scene, CaseFile& file) {
    const auto first = std::find_if(changed.begin(), changed.end(), [&](const auto* c) { return runs(*c); });
    const auto* shown = first == changed.end() ? changed.front() : *first;
    auto finding = changed_finding(*shown, scene);
    finding.severity = std::min(finding.severity, Severity::kMedium);
    finding.title += ", and " + std::to_string(changed.size() - 1) + " more of its files";
    add_evidence(changed, shown, finding);
    file.add(std::move(finding));
  }

  /// Code is told apart from what is only read.
  bool runs(const SurveyedFile& surveyed) const {
    const auto& endings = rules_.rule("packages.changed_program").match.at("endings");
    const bool code = std::any_of(endings.begin(), endings.end(), [&](const Json& ending) {
      return surveyed.path.ends_with(ending.get_ref<const std::string&>());
    });
    return code || surveyed.form != Form::kOther || surveyed.executable();
  }

  Finding changed_finding(const SurveyedFile& surveyed, const Scene& scene) const {
    const auto& rule = rules_.rule(runs(surveyed) ? "packages.changed_program" : "packages.changed_file");
    return disk_finding(rule, scene, {.path = surveyed.path, .sha256 = surveyed.sha256},
                        {{"package", surveyed.package}});
  }

  static void add_evidence(const std::vector<const SurveyedFile*>& files, const SurveyedFile* shown,
                           Finding& finding) {
    constexpr std::size_t kMostEvidence = 20;
    for (const auto* other : files) {
      if (other == shown || finding.evidence.size() >= kMostEvidence) continue;
      EvidenceRef ref;
      ref.file = other->path;
      ref.sha256 = other->sha256;
      finding.evidence.push_back(std::move(ref));
    }
  }

  /// A library needs no x bit, a script does.
  void report_added(const SurveyedFile& surveyed, const Scene& scene, CaseFile& file) {
    const bool program =
        surveyed.form == Form::kElf || (surveyed.form == Form::kScript && surveyed.executable());
    if (!program || is_kernel_module(surveyed.path)) return;
    if (lies_below(surveyed.path, rules_.rule("packages.local_program").match.at("folders"))) {
      local_.push_back(&surveyed);
      return;
    }
    const auto& added = rules_.rule("packages.added_program");
    const auto& odd = rules_.rule("packages.odd_place_program");
    const bool among_programs = lies_below(surveyed.path, added.match.at("folders"));
    const bool in_odd_place =
        surveyed.form == Form::kElf && lies_below(surveyed.path, odd.match.at("folders"));
    if (!among_programs && (!in_odd_place || is_copy_of_packaged(surveyed, scene))) return;
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
    finding.notes.clear();  // nothing that happened
    add_evidence(local_, newest, finding);
    file.add(std::move(finding));
  }

  const RuleBook& rules_;
  std::map<std::string, std::vector<const SurveyedFile*>> changed_;  // by package
  std::vector<const SurveyedFile*> local_;
};

}  // namespace

std::unique_ptr<Detector> make_packages_detector(const RuleBook& rules) {
  return std::make_unique<PackagesDetector>(rules);
}

}  // namespace rescue::detect
