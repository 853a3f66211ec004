#include "command_judge.hpp"

#include <algorithm>

namespace rescue::detect {
namespace {

bool below(std::string_view path, std::initializer_list<std::string_view> folders) {
  return std::any_of(folders.begin(), folders.end(), [&](auto folder) { return path.starts_with(folder); });
}

/// What stands in place of a program in other languages than the shell's is mostly none.
bool is_path(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const char lower = static_cast<char>(static_cast<unsigned char>(c) | 0x20U);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+~${}@:").find(c) != std::string_view::npos;
  });
}

/// "A cron entry of {account} downloads …" → "downloads …"
std::string reason_of(const Rule& rule) {
  constexpr std::string_view kSubject = "A cron entry of {account} ";
  return rule.title.starts_with(kSubject) ? rule.title.substr(kSubject.size()) : rule.title;
}

}  // namespace

bool is_foreign_program(const Scene& scene, const std::string& path) {
  if (!below(path, {"/usr/", "/bin/", "/sbin/", "/lib"}) || path.starts_with("/usr/local/")) return false;
  const auto info = scene.root.info(path, evidence::SafeRoot::LastLink::kRefuse);
  return info && info->kind == evidence::FileKind::kRegular && scene.survey.foreign(path);
}

std::optional<CommandJudge::Suspicion> CommandJudge::judge(const Scene& scene, std::string_view command,
                                                           bool personal) const {
  constexpr std::string_view kHidden = "cron.hidden_program";
  if (const auto* rule = shell_.first_match(command, kHidden))
    return Suspicion{reason_of(*rule), rule->confidence};
  for (const auto& program : programs_run(command)) {
    const bool at_home =
        below(program, {"~", "$HOME", "${HOME}", "/home/", "/root/"}) || program.find('/') == program.npos;
    if (!is_path(program)) continue;
    if (is_hidden_program(program) && !(personal && at_home))
      return Suspicion{"runs a hidden file, " + program, Confidence::kMedium};
    if (is_foreign_program(scene, program))
      return Suspicion{"runs " + program + ", which no package brought", Confidence::kMedium};
  }
  return std::nullopt;
}

}  // namespace rescue::detect
