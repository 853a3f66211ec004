#include "start_lines.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "start_text.hpp"

namespace rescue::detect {
namespace {

/// A script: the lines one by one, to name the right one, and all of it for what goes over several.
StartLines shell(std::string_view text) {
  StartLines out;
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    if (!is_comment(line)) add_start(out, number, line, line);
  });
  add_start(out, 1, text, text.substr(0, 400));
  return out;
}

/// udev(7): RUN, PROGRAM and IMPORT{program}.
StartLines udev(std::string_view text) {
  StartLines out;
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    if (is_comment(line)) return;
    for (const std::string_view key : {"RUN", "PROGRAM", "IMPORT{program}"}) {
      for (auto at = line.find(key); at != line.npos; at = line.find(key, at + 1)) {
        const auto open = line.find('"', at);
        const auto close = open == line.npos ? open : line.find('"', open + 1);
        if (close != line.npos) add_start(out, number, line.substr(open + 1, close - open - 1), line);
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
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    if (is_comment(line) || line.starts_with("//")) return;
    for (auto open = line.find('"'); open != line.npos;) {
      const auto close = line.find('"', open + 1);
      if (close == line.npos) break;
      add_start(out, number, line.substr(open + 1, close - open - 1), line);
      open = line.find('"', close + 1);
    }
  });
  return out;
}

/// dpkg(1): pre-invoke, post-invoke, status-logger.
StartLines dpkg(std::string_view text) {
  return start_settings(text, [](std::string_view key) {
    return key == "pre-invoke" || key == "post-invoke" || key == "status-logger";
  });
}

StartLines desktop(std::string_view text) {
  return start_settings(text, [](std::string_view key) { return key == "Exec" || key == "TryExec"; });
}

/// dkms(8): the commands of a module's building.
StartLines dkms(std::string_view text) {
  return start_settings(text, [](std::string_view key) {
    return key.starts_with("POST_") || key.starts_with("PRE_") || key.starts_with("MAKE") || key == "CLEAN";
  });
}

/// logrotate(8): what stands between prerotate, postrotate … and endscript.
StartLines logrotate(std::string_view text) {
  StartLines out;
  std::string script;
  std::uint64_t begin = 0;
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    const bool opens = line == "prerotate" || line == "postrotate" || line == "firstaction" ||
                       line == "lastaction" || line == "preremove";
    if (line == "endscript") {
      if (begin > 0) add_start(out, begin, script, std::string_view(script).substr(0, 400));
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
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    if (!line.starts_with("install ") && !line.starts_with("remove ")) return;
    const auto module = line.find_first_not_of(' ', line.find(' '));
    const auto command = module == line.npos ? module : line.find(' ', module);
    if (command != line.npos) add_start(out, number, trimmed(line.substr(command)), line);
  });
  return out;
}

}  // namespace

StartLines unit_commands(std::string_view text) {
  auto out = start_settings(text, [](std::string_view key) { return key.starts_with("Exec"); });
  for (auto& line : out) {
    const auto program = line.command.find_first_not_of("-@:+!|");
    line.command.erase(0, std::min(program, line.command.size()));
  }
  return out;
}

std::string unit_setting(std::string_view text, std::string_view key) {
  const auto found = start_settings(text, [&](std::string_view name) { return name == key; });
  return found.empty() ? "" : found.back().command;
}

StartLines start_lines(std::string_view form, std::string_view text) {
  static const std::map<std::string_view, StartLines (*)(std::string_view)> forms = {
      {"unit", unit_commands},  {"shell", shell},     {"udev", udev},         {"apt", apt},  {"dpkg", dpkg},
      {"logrotate", logrotate}, {"desktop", desktop}, {"modprobe", modprobe}, {"dkms", dkms}};
  const auto at = forms.find(form);
  const auto table = table_forms().find(form);
  if (at == forms.end() && table == table_forms().end())
    throw std::logic_error("no such form of a file: " + std::string(form));
  auto lines = (at == forms.end() ? table : at)->second(text);
  std::erase_if(lines, [](const StartLine& line) { return line.command.empty(); });
  return lines;
}

}  // namespace rescue::detect
