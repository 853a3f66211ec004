#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rescue/evidence/event.hpp"

namespace rescue::evidence {

/// Reads a history of commands line by line: bash with and without the times of HISTTIMEFORMAT ("#1789264811"
/// before the command), zsh's extended one (": 1789264811:0;command"), and of MySQL's and Python's the lines
/// that run a shell's command. Which one it is follows from the file's name. Not thread-safe; one per file.
class CommandHistory {
 public:
  explicit CommandHistory(std::string_view path);
  /// False when the line is no command of a shell. Views into `line`. A command without a time has precision
  /// kUnknown.
  bool add(std::string_view line, Event& event);

 private:
  enum class Kind { kShell, kSql, kPython } kind_ = Kind::kShell;
  std::optional<Timestamp> time_;
};

}  // namespace rescue::evidence
