#pragma once

#include <optional>
#include <string>

#include "rescue/detect/case_file.hpp"
#include "shell_rules.hpp"

namespace rescue::detect {

/// Says why a command that starts by itself is suspicious, by the rules about cron's commands and by where
/// the programs come from. Thread-safe.
class CommandJudge {
 public:
  explicit CommandJudge(const RuleBook& rules) : shell_(rules, "cron") {}

  struct Suspicion {
    std::string reason;  ///< "downloads code and runs it"
    Confidence confidence = Confidence::kMedium;
  };
  /// `personal`: a file of somebody's home, where hidden scripts of the home are nothing unusual.
  std::optional<Suspicion> judge(const Scene& scene, std::string_view command, bool personal) const;

 private:
  ShellRules shell_;
};

/// A program in one of the system's folders that no package brought, as far as that can be told.
bool is_foreign_program(const Scene& scene, const std::string& path);

}  // namespace rescue::detect
