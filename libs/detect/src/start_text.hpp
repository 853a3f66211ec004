#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/evidence/line_reader.hpp"
#include "start_lines.hpp"

/// What the forms of start_lines.cpp and start_tables.cpp are read with.
namespace rescue::detect {

constexpr std::size_t kMostStartCommands = 10'000;

inline std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

inline std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  const bool quoted = text.size() > 1 && (text[0] == '"' || text[0] == '\'') && text.ends_with(text[0]);
  return quoted ? text.substr(1, text.size() - 2) : text;
}

inline bool is_comment(std::string_view line) {
  return line.empty() || line[0] == '#' || line[0] == ';';
}

/// Calls `visit(number, line)` for lines without blanks around them; those that end in a backslash are joined
/// with the next one.
template <class Visit>
void each_start_line(std::string_view text, Visit visit) {
  std::string joined;
  std::uint64_t number = 0, first = 0;
  while (!text.empty()) {
    auto line = evidence::take_line(text);
    ++number;
    if (joined.empty()) first = number;
    const bool goes_on = line.ends_with('\\');
    if (goes_on) line.remove_suffix(1);
    joined += line;
    if (goes_on && !text.empty()) {
      joined += ' ';
      continue;
    }
    visit(first, trimmed(joined));
    joined.clear();
  }
}

inline void add_start(StartLines& out, std::uint64_t line, std::string_view command,
                      std::string_view excerpt) {
  if (!command.empty() && out.size() < kMostStartCommands)
    out.push_back({line, std::string(command), std::string(excerpt)});
}

/// The values of `key=value` lines whose key `wanted` accepts.
template <class Wanted>
StartLines start_settings(std::string_view text, Wanted wanted) {
  StartLines out;
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    const auto equals = is_comment(line) ? line.npos : line.find('=');
    if (equals == line.npos || !wanted(trimmed(line.substr(0, equals)))) return;
    add_start(out, number, unquoted(line.substr(equals + 1)), line);
  });
  return out;
}

/// Forms that are tables of their own: mail, kernel settings, inittab, inetd, logs, binfmt, tmpfiles, tools.
const std::map<std::string_view, StartLines (*)(std::string_view)>& table_forms();

}  // namespace rescue::detect
