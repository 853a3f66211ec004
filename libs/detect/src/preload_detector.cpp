#include <algorithm>

#include "disk_finding.hpp"
#include "families.hpp"
#include "places.hpp"
#include "shell_rules.hpp"

namespace rescue::detect {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\"'");
  return first == text.npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\"'") - first + 1);
}

/// The libraries of a list as ld.so(8) takes it: parted by colons and blanks.
std::vector<std::string> libraries_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" \t:\"';"), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// What ld.so is told to load, and where it is told to look (T1574.006).
class PreloadDetector final : public Detector {
 public:
  explicit PreloadDetector(const RuleBook& rules) : rules_(rules) {}

  void finish(const Scene& scene, CaseFile& file) override {
    each_line(rules_.rule("preload.ld_so_preload"), scene, file, [&](std::string_view line) {
      return line.starts_with('#') ? "" : untrusted_library(line, scene);
    });
    each_line(rules_.rule("preload.environment"), scene, file, [&](std::string_view line) {
      for (const std::string_view name : {"LD_PRELOAD=", "LD_AUDIT="}) {
        const auto at = line.find(name);
        if (at == line.npos || line.starts_with('#')) continue;
        auto value = line.substr(at + name.size());
        if (value.starts_with('"') || value.starts_with('\'')) value.remove_prefix(1);
        value = value.substr(0, value.find_first_of(" \t\"';"));
        if (auto library = untrusted_library(value, scene); !library.empty()) return library;
      }
      return std::string();
    });
    each_line(rules_.rule("preload.library_path"), scene, file, [&](std::string_view line) {
      const std::string folder(line);
      const bool odd = lies_below(line, rules_.rule("preload.library_path").match.at("folders"));
      return odd || (line.starts_with('/') && is_hidden_program(folder + "/x")) ? folder : std::string();
    });
  }

 private:
  /// Reports the first line of each of the rule's files for which `library_of` answers one.
  template <class LibraryOf>
  void each_line(const Rule& rule, const Scene& scene, CaseFile& file, LibraryOf library_of) {
    report_first_lines(rule, scene, file,
                       [&](std::string_view line) -> std::optional<std::map<std::string, std::string>> {
                         const std::string library = library_of(trimmed(line));
                         if (library.empty()) return std::nullopt;
                         return {{{"library", library}}};
                       });
  }

  /// The first one that is not a package's own: allocators and the like are preloaded rightly.
  static std::string untrusted_library(std::string_view list, const Scene& scene) {
    for (const auto& library : libraries_of(list)) {
      const bool variable = library.starts_with('$');
      const bool bare = library.find('/') == library.npos;
      if (!variable && !bare && !is_packaged(library, scene)) return library;
      if (bare && !variable && !is_packaged_name(library, scene)) return library;
    }
    return "";
  }

  static bool is_packaged(const std::string& library, const Scene& scene) {
    if (scene.survey.brought(library)) return true;
    const auto target = scene.root.link_target(library);
    if (!target) return false;
    const auto end = target->starts_with('/') ? *target : library.substr(0, library.rfind('/') + 1) + *target;
    return scene.survey.brought(end);
  }
  static bool is_packaged_name(const std::string& name, const Scene& scene) {
    for (const std::string folder :
         {"/usr/lib/x86_64-linux-gnu/", "/usr/lib/aarch64-linux-gnu/", "/usr/lib/", "/usr/lib64/"}) {
      if (is_packaged(folder + name, scene)) return true;
    }
    return false;
  }

  const RuleBook& rules_;
};

}  // namespace

std::unique_ptr<Detector> make_preload_detector(const RuleBook& rules) {
  return std::make_unique<PreloadDetector>(rules);
}

}  // namespace rescue::detect
