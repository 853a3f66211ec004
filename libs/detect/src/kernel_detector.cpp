#include <algorithm>
#include <map>

#include "disk_finding.hpp"
#include "families.hpp"
#include "places.hpp"

namespace rescue::detect {
namespace {

/// "…/net-fuse.ko.xz" → "net_fuse", as the kernel names it.
std::string module_name(std::string_view path) {
  auto name = std::string(path.substr(path.rfind('/') + 1));
  name = name.substr(0, name.find(".ko"));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// Modules of the kernel that no package brought, and what loads them.
class KernelDetector final : public Detector {
 public:
  explicit KernelDetector(const RuleBook& rules) : rules_(rules) {}

  void finish(const Scene& scene, CaseFile& file) override {
    for (const auto& surveyed : scene.survey.files) {
      if (is_kernel_module(surveyed.path) && scene.survey.foreign(surveyed.path))
        report_module(surveyed, scene, file);
    }
    report_loaded(scene, file);
  }

 private:
  void report_module(const evidence::SurveyedFile& surveyed, const Scene& scene, CaseFile& file) {
    const auto name = module_name(surveyed.path);
    const bool built_here = surveyed.path.find("/updates/dkms/") != std::string::npos;
    const auto& rule = rules_.rule(built_here ? "kernel.module_by_dkms" : "kernel.module_outside");
    auto finding =
        disk_finding(rule, scene, {.path = surveyed.path, .sha256 = surveyed.sha256}, {{"module", name}});
    // Where drivers that do not come with the kernel are put.
    const bool usual = surveyed.path.find("/extra/") != std::string::npos ||
                       surveyed.path.find("/updates/") != std::string::npos;
    if (usual && !built_here) finding.severity = Severity::kMedium;
    if (!built_here) foreign_[name] = surveyed.path;
    file.add(std::move(finding));
  }

  /// modules-load.d(5), modules(5): names, one a line.
  void report_loaded(const Scene& scene, CaseFile& file) {
    report_first_lines(rules_.rule("kernel.module_at_start"), scene, file,
                       [&](std::string_view line) -> std::optional<std::map<std::string, std::string>> {
                         const auto at =
                             foreign_.find(module_name(line.substr(0, line.find_first_of(" \t\r"))));
                         if (at == foreign_.end()) return std::nullopt;
                         return {{{"module", at->second}}};
                       });
  }

  const RuleBook& rules_;
  std::map<std::string, std::string> foreign_;  // name → path
};

}  // namespace

std::unique_ptr<Detector> make_kernel_detector(const RuleBook& rules) {
  return std::make_unique<KernelDetector>(rules);
}

}  // namespace rescue::detect
