#include <algorithm>

#include "disk_finding.hpp"
#include "families.hpp"
#include "places.hpp"
#include "rescue/evidence/line_reader.hpp"

namespace rescue::detect {
namespace {

using evidence::SurveyedFile;

constexpr std::uint32_t kSetUid = 04000, kSetGid = 02000;

/// The permitted set of security.capability (capabilities(7); struct vfs_cap_data, little-endian): the low
/// 32 of them, which all that matter are among.
std::uint32_t permitted(const std::string& attribute) {
  constexpr std::size_t kOffset = 4;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 4 && kOffset + i < attribute.size(); ++i)
    bits |= static_cast<std::uint32_t>(static_cast<unsigned char>(attribute[kOffset + i])) << (8 * i);
  return bits;
}

bool has_name(const Json& names, std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  return std::any_of(names.begin(), names.end(), [&](const Json& item) {
    const auto& wanted = item.get_ref<const std::string&>();
    return wanted.ends_with('*') ? name.starts_with(std::string_view(wanted).substr(0, wanted.size() - 1))
                                 : name == wanted;
  });
}

/// It belongs to another system that lies on this disk: an image of a container, a chroot. Where everybody
/// may write, nobody's word is taken for that.
bool is_of_another_system(const Scene& scene, const std::string& path) {
  for (const std::string_view open_to_all : {"/tmp/", "/var/tmp/", "/dev/shm/", "/home/"}) {
    if (path.starts_with(open_to_all)) return false;
  }
  for (const std::string_view part : {"/usr/", "/bin/", "/sbin/", "/lib/"}) {
    const auto at = path.find(part, 1);
    if (at != path.npos && scene.root.info(path.substr(0, at) + "/etc/passwd")) return true;
  }
  return false;
}

/// Programs that run with more rights than who starts them.
class RightsDetector final : public Detector {
 public:
  explicit RightsDetector(const RuleBook& rules) : rules_(rules) {}

  void finish(const Scene& scene, CaseFile& file) override {
    for (const auto& surveyed : scene.survey.files) {
      if (!surveyed.executable()) continue;
      judge_mode(surveyed, scene, file);
      if (!surveyed.capability.empty()) judge_capability(surveyed, scene, file);
    }
    judge_overrides(scene, file);
  }

 private:
  void judge_mode(const SurveyedFile& surveyed, const Scene& scene, CaseFile& file) {
    if ((surveyed.info.mode & (kSetUid | kSetGid)) == 0) return;
    const auto& rule = rules_.rule("login.suid_program");
    const auto* record = scene.survey.packages.find(surveyed.path);
    std::string reason;
    if (scene.survey.foreign(surveyed.path)) {
      reason = "came with no package";
    } else if (record != nullptr && record->mode &&
               (surveyed.info.mode & (kSetUid | kSetGid) & ~std::uint32_t{*record->mode}) != 0) {
      reason = "had no such bit when its package brought it";
    } else if (surveyed.owned && has_name(rule.match.at("never"), surveyed.path)) {
      reason = "gives a shell or files of others to whoever starts it";
    }
    if (reason.empty()) return;
    const bool uid = (surveyed.info.mode & kSetUid) != 0;
    auto finding = disk_finding(rule, scene, {.path = surveyed.path, .sha256 = surveyed.sha256},
                                {{"bit", uid ? "SUID" : "SGID"}, {"reason", reason}});
    if (!uid || below_local(surveyed.path)) finding.severity = Severity::kMedium;
    if (is_of_another_system(scene, surveyed.path)) finding.severity = Severity::kLow;
    file.add(std::move(finding));
  }

  /// dpkg-statoverride(1): owner, group, mode, path.
  void judge_overrides(const Scene& scene, CaseFile& file) {
    const auto& rule = rules_.rule("login.rights_override");
    const auto placed = read_untrusted(scene, rule.match.at("path").get<std::string>(), file.gaps);
    std::uint64_t number = 0;
    for (std::string_view rest = placed ? std::string_view(placed->text) : ""; !rest.empty();) {
      const auto line = evidence::take_line(rest);
      ++number;
      const auto slash = line.find(" /");
      const auto mode_at = slash == line.npos || slash == 0 ? line.npos : line.rfind(' ', slash - 1);
      if (mode_at == line.npos) continue;
      const auto mode = line.substr(mode_at + 1, slash - mode_at - 1);
      const auto program = line.substr(slash + 1);
      // Four digits, of which the first one has the bits.
      const bool special = mode.size() == 4 && (mode[0] == '4' || mode[0] == '6' || mode[0] == '2');
      if (!special || !has_name(rules_.rule("login.suid_program").match.at("never"), program)) continue;
      file.add(disk_finding(rule, scene, {placed->path, number, std::string(line), placed->sha256},
                            {{"program", std::string(program)}, {"bit", mode[0] == '2' ? "SGID" : "SUID"}}));
    }
  }

  void judge_capability(const SurveyedFile& surveyed, const Scene& scene, CaseFile& file) {
    const auto& rule = rules_.rule("login.file_capability");
    std::string names;
    for (const auto& [name, bit] : rule.match.at("strong").items()) {
      if ((permitted(surveyed.capability) >> bit.get<unsigned>() & 1U) != 0)
        names += (names.empty() ? "" : ", ") + name;
    }
    const auto* record = scene.survey.packages.find(surveyed.path);
    const bool brought = record != nullptr && record->capable;
    const bool known = brought || (surveyed.owned && has_name(rule.match.at("packaged"), surveyed.path));
    const bool foreign = scene.survey.foreign(surveyed.path) && !below_local(surveyed.path);
    if (known || (names.empty() && !foreign)) return;
    auto finding = disk_finding(rule, scene, {.path = surveyed.path, .sha256 = surveyed.sha256},
                                {{"capability", names.empty() ? "capabilities" : names}});
    if (is_of_another_system(scene, surveyed.path)) finding.severity = Severity::kLow;
    file.add(std::move(finding));
  }

  static bool below_local(std::string_view path) {
    return path.starts_with("/usr/local/") || path.starts_with("/opt/");
  }

  const RuleBook& rules_;
};

}  // namespace

std::unique_ptr<Detector> make_rights_detector(const RuleBook& rules) {
  return std::make_unique<RightsDetector>(rules);
}

}  // namespace rescue::detect
