#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::detect {

struct ShellPipeline;

/// One command of a shell line: its words with quotes taken off, what it starts with `sudo`, `nohup`, `env`
/// and the like left out.
struct ShellCommand {
  std::vector<std::string> words;          ///< [0] is the program as written
  std::vector<std::string> redirects;      ///< files written to: `> file`
  std::vector<ShellPipeline> substituted;  ///< from $(…), `…` and <(…) in its words
  std::vector<std::string> substitutions;  ///< their texts
  std::vector<ShellPipeline> given;        ///< the text given to `sh -c` or eval, as commands

  /// Last path component of the program, "" when there is none.
  std::string_view program() const;
};

/// Commands joined by `|`.
struct ShellPipeline {
  std::vector<ShellCommand> commands;
};

/// Takes a command line apart the way a POSIX shell does (XCU 2.3, 2.9), as far as it can be seen without
/// running it: quotes, pipes, lists, subshells, substitutions, comments. Variables are not expanded. Never
/// fails; nesting and size are bounded (16 levels, 64 KiB).
std::vector<ShellPipeline> parse_shell(std::string_view text);

}  // namespace rescue::detect
