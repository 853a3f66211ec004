#include "start_lines.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "rescue/evidence/line_reader.hpp"

namespace rescue::detect {
namespace {

constexpr std::size_t kMostCommands = 10'000;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Lines with their numbers; those that end in a backslash joined with the next one.
template <class Visit>
void each_line(std::string_view text, Visit visit) {
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

void add(StartLines& out, std::uint64_t line, std::string_view command, std::string_view excerpt) {
  if (!command.empty() && out.size() < kMostCommands)
    out.push_back({line, std::string(command), std::string(excerpt)});
}

std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  const bool quoted = text.size() > 1 && (text[0] == '"' || text[0] == '\'') && text.ends_with(text[0]);
  return quoted ? text.substr(1, text.size() - 2) : text;
}

bool is_comment(std::string_view line) {
  return line.empty() || line[0] == '#' || line[0] == ';';
}

/// A script: the lines one by one, to name the right one, and all of it for what goes over several.
StartLines shell(std::string_view text) {
  StartLines out;
  each_line(text, [&](std::uint64_t number, std::string_view line) {
    if (!is_comment(line)) add(out, number, line, line);
  });
  add(out, 1, text, text.substr(0, 400));
  return out;
}

/// udev(7): RUN, PROGRAM and IMPORT{program}.
StartLines udev(std::string_view text) {
  StartLines out;
  each_line(text, [&](std::uint64_t number, std::string_view line) {
    if (is_comment(line)) return;
    for (const std::string_view key : {"RUN", "PROGRAM", "IMPORT{program}"}) {
      for (auto at = line.find(key); at != line.npos; at = line.find(key, at + 1)) {
        const auto open = line.find('"', at);
        const auto close = open == line.npos ? open : line.find('"', open + 1);
        if (close != line.npos) add(out, number, line.substr(open + 1, close - open - 1), line);
      }
    }
  });
  return out;
}

bool has_hook_name(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower.find("-invoke") != lower.npos || lower.find("-install-pkgs") != lower.npos;
}

/// apt.conf(5): every quoted text of a file that names a hook.
StartLines apt(std::string_view text) {
  StartLines out;
  if (!has_hook_name(text)) return out;
  each_line(text, [&](std::uint64_t number, std::string_view line) {
    if (is_comment(line) || line.starts_with("//")) return;
    for (auto open = line.find('"'); open != line.npos;) {
      const auto close = line.find('"', open + 1);
      if (close == line.npos) break;
      add(out, number, line.substr(open + 1, close - open - 1), line);
      open = line.find('"', close + 1);
    }
  });
  return out;
}

/// `key=value` lines whose key `wanted` accepts.
template <class Wanted>
StartLines settings(std::string_view text, Wanted wanted) {
  StartLines out;
  each_line(text, [&](std::uint64_t number, std::string_view line) {
    const auto equals = is_comment(line) ? line.npos : line.find('=');
    if (equals == line.npos || !wanted(trimmed(line.substr(0, equals)))) return;
    add(out, number, unquoted(line.substr(equals + 1)), line);
  });
  return out;
}

/// dpkg(1): pre-invoke, post-invoke, status-logger.
StartLines dpkg(std::string_view text) {
  return settings(text, [](std::string_view key) {
    return key == "pre-invoke" || key == "post-invoke" || key == "status-logger";
  });
}

StartLines desktop(std::string_view text) {
  return settings(text, [](std::string_view key) { return key == "Exec" || key == "TryExec"; });
}

/// dkms(8): the commands of a module's building.
StartLines dkms(std::string_view text) {
  return settings(text, [](std::string_view key) {
    return key.starts_with("POST_") || key.starts_with("PRE_") || key.starts_with("MAKE") || key == "CLEAN";
  });
}

/// logrotate(8): what stands between prerotate, postrotate … and endscript.
StartLines logrotate(std::string_view text) {
  StartLines out;
  std::string script;
  std::uint64_t begin = 0;
  each_line(text, [&](std::uint64_t number, std::string_view line) {
    const bool opens = line == "prerotate" || line == "postrotate" || line == "firstaction" ||
                       line == "lastaction" || line == "preremove";
    if (line == "endscript") {
      add(out, begin, script, std::string_view(script).substr(0, 400));
      begin = 0;
    } else if (begin > 0) {
      script.append(line).append("\n");
    } else if (opens) {
      script.clear();
      begin = number + 1;
    }
  });
  return out;
}

/// modprobe.d(5): install and remove.
StartLines modprobe(std::string_view text) {
  StartLines out;
  each_line(text, [&](std::uint64_t number, std::string_view line) {
    if (!line.starts_with("install ") && !line.starts_with("remove ")) return;
    const auto module = line.find_first_not_of(' ', line.find(' '));
    const auto command = module == line.npos ? module : line.find(' ', module);
    if (command != line.npos) add(out, number, trimmed(line.substr(command)), line);
  });
  return out;
}

}  // namespace

StartLines unit_commands(std::string_view text) {
  auto out = settings(text, [](std::string_view key) { return key.starts_with("Exec"); });
  for (auto& line : out) {
    const auto program = line.command.find_first_not_of("-@:+!|");
    line.command.erase(0, std::min(program, line.command.size()));
  }
  return out;
}

std::string unit_setting(std::string_view text, std::string_view key) {
  const auto found = settings(text, [&](std::string_view name) { return name == key; });
  return found.empty() ? "" : found.back().command;
}

StartLines start_lines(std::string_view form, std::string_view text) {
  static const std::map<std::string_view, StartLines (*)(std::string_view)> forms = {
      {"unit", unit_commands},  {"shell", shell},     {"udev", udev},         {"apt", apt},  {"dpkg", dpkg},
      {"logrotate", logrotate}, {"desktop", desktop}, {"modprobe", modprobe}, {"dkms", dkms}};
  const auto at = forms.find(form);
  if (at == forms.end()) throw std::logic_error("no such form of a file: " + std::string(form));
  return at->second(text);
}

}  // namespace rescue::detect
