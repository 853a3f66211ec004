#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::detect {

/// A command that some file has started by itself.
struct StartLine {
  std::uint64_t line = 0;  ///< from 1
  std::string command;
  std::string excerpt;
};
using StartLines = std::vector<StartLine>;

/// What kind of file it is, as rules name it: "unit", "shell", "udev", "apt", "dpkg", "logrotate", "desktop",
/// "modprobe", "dkms", or one of table_forms(). Throws std::logic_error for another one. At most 10,000
/// commands.
StartLines start_lines(std::string_view form, std::string_view text);

/// systemd.service(5): Exec…= of a unit or a drop-in, continued lines joined, the prefixes of programs taken
/// off.
StartLines unit_commands(std::string_view text);
/// The value of the last `key=` of a unit; empty when there is none.
std::string unit_setting(std::string_view text, std::string_view key);

}  // namespace rescue::detect
