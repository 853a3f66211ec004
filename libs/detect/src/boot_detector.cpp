#include <algorithm>
#include <array>

#include "command_judge.hpp"
#include "disk_finding.hpp"
#include "families.hpp"
#include "places.hpp"
#include "rescue/evidence/line_reader.hpp"
#include "start_lines.hpp"

namespace rescue::detect {
namespace {

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](auto word) { return text.find(word) != text.npos; });
}

/// Every rule whose match names places: files of one form each, which start something by themselves. What a
/// package brought and nobody changed is trusted; of the rest the commands are judged.
class BootDetector final : public Detector {
 public:
  explicit BootDetector(const RuleBook& rules) : judge_(rules) {
    for (const auto& rule : rules.all()) {
      if (rule.match.contains("places")) rules_.push_back(&rule);
    }
  }

  void finish(const Scene& scene, CaseFile& file) override {
    for (const auto* rule : rules_) {
      for (const auto& place : rule->match.at("places")) {
        const auto& form = place.at("form").get_ref<const std::string&>();
        for (const auto& path : files_at(scene, place.at("paths"), file.gaps)) {
          if (const auto placed = read_untrusted(scene, path, file.gaps))
            look_at(*rule, form, *placed, scene, file);
        }
      }
    }
    look_at_git_hooks(scene, file);
  }

 private:
  void look_at(const Rule& rule, const std::string& form, const PlacedFile& placed, const Scene& scene,
               CaseFile& file) {
    if (form == "foreign") {
      if (scene.survey.foreign(placed.path)) report(rule, placed, 0, "", "came with no package", scene, file);
    } else if (form == "timer") {
      look_at_timer(rule, placed, scene, file);
    } else if (form == "kernel_line") {
      look_at_kernel_line(rule, placed, scene, file);
    } else if (form == "python") {
      look_at_python(rule, placed, scene, file);
    } else if (form == "web_modules") {
      look_at_web_modules(rule, placed, scene, file);
    } else {
      const auto lines = start_lines(form, placed.text);
      const bool answers = form == "inetd" || form == "xinetd";
      if (!look_at_commands(rule, placed, lines, scene, file) && answers)
        look_at_open_shells(rule, placed, lines, scene, file);
    }
  }

  /// inetd hands whoever connects to what it starts: a shell there is open to everybody.
  void look_at_open_shells(const Rule& rule, const PlacedFile& placed, const StartLines& lines,
                           const Scene& scene, CaseFile& file) {
    for (const auto& line : lines) {
      const auto program = line.command.substr(0, line.command.find(' '));
      if (!program.ends_with("sh") || program.ends_with("/ssh")) continue;
      return report(rule, placed, line.line, line.excerpt, "gives a shell to whoever connects", scene, file,
                    Confidence::kHigh);
    }
  }

  bool look_at_commands(const Rule& rule, const PlacedFile& placed, const StartLines& lines,
                        const Scene& scene, CaseFile& file) {
    const bool personal = placed.path.starts_with("/home/") || placed.path.starts_with("/root/") ||
                          placed.path.find("/.") != placed.path.npos;
    for (const auto& line : lines) {
      const auto suspicion = judge_.judge(scene, line.command, personal);
      if (!suspicion) continue;
      report(rule, placed, line.line, line.excerpt, suspicion->reason, scene, file, suspicion->confidence);
      return true;
    }
    return false;
  }

  /// systemd.timer(5): the unit it names, else the service of its own name; beside it, else among the others.
  void look_at_timer(const Rule& rule, const PlacedFile& placed, const Scene& scene, CaseFile& file) {
    const auto slash = placed.path.rfind('/');
    const auto own = placed.path.substr(slash + 1, placed.path.rfind('.') - slash - 1) + ".service";
    const auto named = unit_setting(placed.text, "Unit");
    const auto service = named.empty() || named.find('/') != named.npos ? own : named;
    for (const auto& folder : {placed.path.substr(0, slash), std::string("/etc/systemd/system"),
                               std::string("/usr/lib/systemd/system")}) {
      if (!scene.root.info(folder + "/" + service)) continue;
      const auto unit = read_untrusted(scene, folder + "/" + service, file.gaps);
      if (unit) look_at_commands(rule, placed, unit_commands(unit->text), scene, file);
      return;
    }
  }

  /// kernel-command-line(7): another program in place of init.
  void look_at_kernel_line(const Rule& rule, const PlacedFile& placed, const Scene& scene, CaseFile& file) {
    static constexpr std::array<std::string_view, 6> kInits = {
        "/sbin/init",   "/usr/sbin/init", "/lib/systemd/systemd", "/usr/lib/systemd/systemd",
        "/bin/systemd", "/init"};
    std::uint64_t number = 0;
    for (std::string_view rest = placed.text; !rest.empty();) {
      const auto line = evidence::take_line(rest);
      ++number;
      const auto at = line.find("init=/");
      const bool word =
          at != line.npos && (at == 0 || line[at - 1] == ' ' || line[at - 1] == '"' || line[at - 1] == 'd');
      if (!word || line.starts_with('#')) continue;
      const auto begin = line.find('/', at);
      const auto program = line.substr(begin, line.find_first_of(" \"'\t", begin) - begin);
      if (std::find(kInits.begin(), kInits.end(), program) != kInits.end()) continue;
      return report(rule, placed, number, std::string(line),
                    "starts " + std::string(program) + " in place of init", scene, file);
    }
  }

  /// Python's site module runs lines of .pth files that begin with import, and sitecustomize.py.
  void look_at_python(const Rule& rule, const PlacedFile& placed, const Scene& scene, CaseFile& file) {
    std::uint64_t number = 0;
    for (std::string_view rest = placed.text; !rest.empty();) {
      const auto line = evidence::take_line(rest);
      ++number;
      const bool runs =
          !placed.path.ends_with(".pth") || line.starts_with("import ") || line.starts_with("import\t");
      if (runs && contains_any(line, {"b64decode", "subprocess", "os.system", "socket", "urlopen", "zlib.",
                                      "marshal"}))
        return report(rule, placed, number, std::string(line), "runs code whenever Python starts", scene,
                      file);
    }
  }

  /// mod_so, ngx_core_module, php.ini: the file that is loaded.
  void look_at_web_modules(const Rule& rule, const PlacedFile& placed, const Scene& scene, CaseFile& file) {
    std::uint64_t number = 0;
    for (std::string_view rest = placed.text; !rest.empty();) {
      const auto line = evidence::take_line(rest);
      ++number;
      if (!contains_any(line, {"LoadModule", "LoadFile", "load_module", "extension"})) continue;
      const auto begin = line.find('/');
      const auto first = line.find_first_not_of(" \t");
      if (begin == line.npos || line[first] == '#' || line[first] == ';') continue;
      const std::string path(line.substr(begin, line.find_first_of(" \t\r\"';", begin) - begin));
      const auto info = scene.root.info(path, evidence::SafeRoot::LastLink::kFollow);
      if (info && is_foreign_program(scene, path))
        return report(rule, placed, number, std::string(line), "loads " + path + ", which no package brought",
                      scene, file);
    }
  }

  void look_at_git_hooks(const Scene& scene, CaseFile& file) {
    const auto& rule = scene.rules.rule("boot.git_hook");
    for (const auto& surveyed : scene.survey.files) {
      const auto hooks = surveyed.path.rfind("/hooks/");
      if (hooks == surveyed.path.npos || !surveyed.path.substr(0, hooks).ends_with(".git")) continue;
      if (surveyed.path.ends_with(".sample")) continue;  // git does not run them
      const auto placed = read_untrusted(scene, surveyed.path, file.gaps);
      if (placed) look_at_commands(rule, *placed, start_lines("shell", placed->text), scene, file);
    }
  }

  void report(const Rule& rule, const PlacedFile& placed, std::uint64_t line, const std::string& excerpt,
              const std::string& reason, const Scene& scene, CaseFile& file,
              std::optional<Confidence> confidence = std::nullopt) {
    auto finding =
        disk_finding(rule, scene, {placed.path, line, excerpt, placed.sha256}, {{"reason", reason}});
    if (confidence) finding.confidence = *confidence;
    file.add(std::move(finding));
  }

  CommandJudge judge_;
  std::vector<const Rule*> rules_;
};

}  // namespace

std::unique_ptr<Detector> make_boot_detector(const RuleBook& rules) {
  return std::make_unique<BootDetector>(rules);
}

}  // namespace rescue::detect
