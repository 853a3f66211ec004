#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "disk_finding.hpp"
#include "families.hpp"
#include "login_files.hpp"
#include "places.hpp"
#include "rescue/evidence/line_reader.hpp"
#include "shell_rules.hpp"

namespace rescue::detect {
namespace {

using Words = std::vector<std::string>;

Words words_of(std::string_view line, std::string_view blanks = " \t\r") {
  Words words;
  while (!line.empty()) {
    const auto begin = line.find_first_not_of(blanks);
    if (begin == line.npos) break;
    const auto end = std::min(line.find_first_of(blanks, begin), line.size());
    words.emplace_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
  return words;
}

/// Its line number and text, for reports.
struct Line {
  const PlacedFile& file;
  std::uint64_t number;
  std::string_view text;
};

/// A program that sshd or PAM starts, and that did not come with a package as it is now.
bool is_odd_program(const std::string& path, const Scene& scene) {
  if (scene.survey.packages.known()) return !scene.survey.brought(path);
  return path.starts_with("/tmp/") || path.starts_with("/var/tmp/") || path.starts_with("/dev/shm/") ||
         is_hidden_program(path);
}

/// Whoever may run it as root may do everything as root.
bool is_as_good_as_all(const std::string& command) {
  static constexpr std::array<std::string_view, 8> kShells = {"ALL",  "/bash", "/sh",  "/dash",
                                                              "/zsh", "/su",   "/env", "/busybox"};
  return std::any_of(kShells.begin(), kShells.end(),
                     [&](auto name) { return name == "ALL" ? command == name : command.ends_with(name); });
}

/// Settings that let somebody in or make somebody root, in files that are not as their package brought them.
class LoginDetector final : public Detector {
 public:
  explicit LoginDetector(const RuleBook& rules) : rules_(rules) {}

  void finish(const Scene& scene, CaseFile& file) override {
    const auto paths = [&](std::string_view rule) -> const Json& {
      return rules_.rule(rule).match.at("paths");
    };
    each_line(sudoers_files(scene, paths("login.sudo_rule"), file.gaps), scene, file,
              [&](const Line& line) { sudo(line, scene, file); });
    each_line(files_at(scene, paths("login.pam_permit"), file.gaps), scene, file,
              [&](const Line& line) { pam(line, scene, file); });
    each_line(sshd_files(scene, paths("login.authorized_keys_command"), file.gaps), scene, file,
              [&](const Line& line) { sshd(line, scene, file); });
    each_line(files_at(scene, paths("login.trusted_host"), file.gaps), scene, file,
              [&](const Line& line) { trusted_host(line, scene, file); });
    const auto& polkit = rules_.rule("login.polkit_rule");
    for (const auto& path : files_at(scene, polkit.match.at("paths"), file.gaps)) {
      if (const auto placed = read_untrusted(scene, path, file.gaps))
        look_at_polkit(polkit, *placed, scene, file);
    }
  }

 private:
  template <class Visit>
  void each_line(const std::vector<std::string>& paths, const Scene& scene, CaseFile& file, Visit visit) {
    for (const auto& path : paths) {
      const auto placed = read_untrusted(scene, path, file.gaps);
      std::uint64_t number = 0;
      for (std::string_view rest = placed ? std::string_view(placed->text) : ""; !rest.empty();) {
        const auto line = evidence::take_line(rest);
        ++number;
        const auto first = line.find_first_not_of(" \t");
        if (first != line.npos && line[first] != '#') visit(Line{*placed, number, line.substr(first)});
      }
    }
  }

  void report(std::string_view id, const Line& line, const Scene& scene, CaseFile& file,
              const std::map<std::string, std::string>& values) {
    file.add(disk_finding(rules_.rule(id), scene,
                          {line.file.path, line.number, std::string(line.text), line.file.sha256}, values));
  }

  /// sudoers(5): who may run everything without a password.
  void sudo(const Line& line, const Scene& scene, CaseFile& file) {
    const auto words = words_of(line.text);
    if (words.size() < 2) return;
    const auto& who = words[0];
    if (who.starts_with("Defaults")) {
      if (line.text.find("!authenticate") != line.text.npos)
        report("login.sudo_rule", line, scene, file, {{"account", "everybody"}});
      return;
    }
    const auto tag = line.text.find("NOPASSWD:");
    if (tag == line.text.npos) return;
    const auto commands = words_of(line.text.substr(tag + 9), " \t\r,");
    if (std::none_of(commands.begin(), commands.end(), is_as_good_as_all)) return;
    const auto* account = scene.artifacts.account(who);
    const bool service = account != nullptr && account->uid != 0 && !account->can_log_in();
    const bool grave = who == "ALL" || service;
    report(grave ? "login.sudo_rule" : "login.sudo_without_password", line, scene, file,
           {{"account", who == "ALL" ? "everybody" : who}});
  }

  /// pam.conf(5): type, control, module, arguments.
  void pam(const Line& line, const Scene& scene, CaseFile& file) {
    auto words = words_of(line.text);
    if (words.size() < 3) return;
    auto control = words[1];
    std::size_t at = 2;
    if (control.starts_with('[')) {
      while (at < words.size() && !words[at - 1].ends_with(']')) control += " " + words[at++];
    }
    if (at >= words.size()) return;
    const auto& module = words[at];
    const auto name = module.substr(module.rfind('/') + 1);
    const bool authenticates = words[0] == "auth" || words[0] == "-auth";
    if (name == "pam_permit.so" && authenticates &&
        (control == "sufficient" || control.find("success=done") != control.npos)) {
      report("login.pam_permit", line, scene, file, {});
    } else if (name == "pam_exec.so" && at + 1 < words.size()) {
      report_pam_exec(line, words, scene, file);
    } else {
      report_pam_module(line, module, scene, file);
    }
  }

  void report_pam_exec(const Line& line, const Words& words, const Scene& scene, CaseFile& file) {
    const bool password = std::find(words.begin(), words.end(), "expose_authtok") != words.end();
    const auto program =
        std::find_if(words.begin() + 3, words.end(), [](const auto& word) { return word.starts_with('/'); });
    const auto path = program == words.end() ? "" : *program;
    if (!password && (path.empty() || !is_odd_program(path, scene))) return;
    report("login.pam_exec", line, scene, file, {{"program", path}});
  }

  void report_pam_module(const Line& line, const std::string& module, const Scene& scene, CaseFile& file) {
    Words places;
    if (module.starts_with('/')) {
      places.push_back(module);
    } else {
      for (const std::string folder :
           {"/usr/lib/x86_64-linux-gnu/security/", "/usr/lib/aarch64-linux-gnu/security/",
            "/usr/lib/security/", "/usr/lib64/security/", "/lib/security/", "/lib64/security/"})
        places.push_back(folder + module);
    }
    for (const auto& place : places) {
      const auto info = scene.root.info(place);
      if (!info || info->kind != evidence::FileKind::kRegular || !scene.survey.foreign(place)) continue;
      if (!told_.insert(line.file.path + ' ' + place).second) return;
      return report("login.pam_module", line, scene, file, {{"module", place}});
    }
  }

  /// sshd_config(5): a keyword, then its values, parted by blanks or one "=".
  void sshd(const Line& line, const Scene& scene, CaseFile& file) {
    auto words = words_of(line.text, " \t\r=\"");
    if (words.size() < 2) return;
    auto& keyword = words[0];
    std::transform(keyword.begin(), keyword.end(), keyword.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (keyword == "authorizedkeyscommand" && words[1] != "none" && is_odd_program(words[1], scene)) {
      report("login.authorized_keys_command", line, scene, file, {{"program", words[1]}});
    } else if (keyword == "authorizedprincipalscommand" && words[1] != "none" &&
               is_odd_program(words[1], scene)) {
      report("login.authorized_keys_command", line, scene, file, {{"program", words[1]}});
    } else if (keyword == "trustedusercakeys" && words[1] != "none") {
      report("login.trusted_authority", line, scene, file, {{"file", words[1]}});
    } else if (keyword == "authorizedkeysfile") {
      for (std::size_t i = 1; i < words.size(); ++i) keys_file(words[i], line, scene, file);
    } else if (keyword == "permitrootlogin" && words[1] == "yes") {
      report("login.root_by_password", line, scene, file, {});
    }
  }

  void keys_file(const std::string& name, const Line& line, const Scene& scene, CaseFile& file) {
    const bool one_for_all = name.starts_with('/') && name.find('%') == name.npos && name != "/dev/null";
    const bool odd =
        name.starts_with("/tmp/") || name.starts_with("/var/tmp/") || name.starts_with("/dev/shm/");
    if (one_for_all || odd) report("login.authorized_keys_elsewhere", line, scene, file, {{"file", name}});
  }

  /// hosts.equiv(5), .rhosts, .shosts: "+" is every host, or every account.
  void trusted_host(const Line& line, const Scene& scene, CaseFile& file) {
    const auto words = words_of(line.text);
    const bool any = std::any_of(words.begin(), words.end(), [](const auto& word) { return word == "+"; });
    if (any) report("login.trusted_host", line, scene, file, {});
  }

  /// polkit(8): a rule that asks neither who it is nor what is wanted, or a default of the old form.
  void look_at_polkit(const Rule& rule, const PlacedFile& placed, const Scene& scene, CaseFile& file) {
    const std::string_view text = placed.text;
    const auto yes = std::min(text.find("Result.YES"), text.find("ResultAny=yes"));
    const bool asks = text.find("subject.") != text.npos || text.find("action.id") != text.npos;
    const bool for_some = text.find("ResultAny=yes") != text.npos && text.find("Action=*") == text.npos;
    if (yes == text.npos || asks || for_some) return;
    const auto number = static_cast<std::uint64_t>(
                            std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(yes), '\n')) +
                        1;
    const auto begin = text.rfind('\n', yes) + 1;
    const std::string excerpt(text.substr(begin, text.find('\n', yes) - begin));
    file.add(disk_finding(rule, scene, {placed.path, number, excerpt, placed.sha256}));
  }

  const RuleBook& rules_;
  std::set<std::string> told_;
};

}  // namespace

std::unique_ptr<Detector> make_login_detector(const RuleBook& rules) {
  return std::make_unique<LoginDetector>(rules);
}

}  // namespace rescue::detect
