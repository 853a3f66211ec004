#include <array>

#include "start_text.hpp"

namespace rescue::detect {
namespace {

/// The fields of a line, parted by blanks; the last of `most` is all that is left.
std::vector<std::string_view> fields_of(std::string_view line, std::size_t most) {
  std::vector<std::string_view> fields;
  while (!(line = trimmed(line)).empty()) {
    const auto end = fields.size() + 1 == most ? line.npos : line.find_first_of(" \t");
    fields.push_back(line.substr(0, end));
    line.remove_prefix(fields.back().size());
  }
  return fields;
}

/// aliases(5), a .forward file, procmailrc(5): what stands behind a bar gets the mail.
StartLines mail_pipe(std::string_view text) {
  StartLines out;
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    if (is_comment(line)) return;
    const auto bar = line.find('|');
    if (bar == line.npos) return;
    const auto before = trimmed(line.substr(0, bar));
    const bool begins = before.empty() || before.ends_with('"') || before.ends_with(':') ||
                        before.ends_with(',') || before.ends_with('\'');
    if (!begins) return;
    auto command = line.substr(bar + 1);
    if (before.ends_with('"')) command = command.substr(0, command.rfind('"'));
    add_start(out, number, trimmed(command), line);
  });
  return out;
}

/// sysctl.d(5), core(5): programs that the kernel starts by itself.
StartLines kernel_setting(std::string_view text) {
  auto out = start_settings(text, [](std::string_view key) {
    if (key.starts_with('-')) key = trimmed(key.substr(1));
    std::string name(key);
    std::replace(name.begin(), name.end(), '/', '.');
    return name == "kernel.core_pattern" || name == "kernel.modprobe" || name == "kernel.hotplug" ||
           name == "kernel.poweroff_cmd";
  });
  std::erase_if(
      out, [](const StartLine& line) { return line.command.front() != '|' && line.command.front() != '/'; });
  for (auto& line : out) line.command.erase(0, line.command.find_first_not_of("| "));
  return out;
}

/// inittab(5): id:levels:action:process.
StartLines init_table(std::string_view text) {
  StartLines out;
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    if (is_comment(line)) return;
    auto rest = line;
    for (int i = 0; i < 3; ++i) {
      const auto colon = rest.find(':');
      if (colon == rest.npos) return;
      rest.remove_prefix(colon + 1);
    }
    if (rest.starts_with('+')) rest.remove_prefix(1);
    add_start(out, number, trimmed(rest), line);
  });
  return out;
}

/// inetd.conf(5): service, socket, protocol, wait, user, program, arguments from its own name on.
StartLines inetd(std::string_view text) {
  StartLines out;
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    constexpr std::size_t kFields = 7;
    const auto fields = is_comment(line) ? std::vector<std::string_view>() : fields_of(line, kFields);
    if (fields.size() + 1 < kFields || !fields[5].starts_with('/')) return;
    std::string command(fields[5]);
    const auto arguments = fields.size() == kFields ? fields[6].find(' ') : std::string_view::npos;
    if (arguments != std::string_view::npos) command += fields[6].substr(arguments);
    add_start(out, number, command, line);
  });
  return out;
}

/// xinetd.conf(5): server and server_args of each service.
StartLines xinetd(std::string_view text) {
  StartLines out;
  std::string server, arguments, excerpt;
  std::uint64_t at = 0;
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    const auto equals = line.find('=');
    const auto key = trimmed(line.substr(0, equals));
    if (key == "}") {
      if (!server.empty()) add_start(out, at, arguments.empty() ? server : server + " " + arguments, excerpt);
      server.clear();
      arguments.clear();
    }
    if (equals == line.npos) return;
    if (key == "server_args") arguments = trimmed(line.substr(equals + 1));
    if (key != "server") return;
    server = trimmed(line.substr(equals + 1));
    excerpt = line;
    at = number;
  });
  return out;
}

/// rsyslog.conf(5): `^program`, omprog's binary=; syslog-ng's program("…").
StartLines log_hook(std::string_view text) {
  StartLines out;
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    if (is_comment(line)) return;
    if (const auto caret = line.find('^'); caret != line.npos && line.substr(caret + 1).starts_with('/')) {
      const auto program = line.substr(caret + 1);
      add_start(out, number, program.substr(0, program.find(';')), line);
    }
    for (const std::string_view key : {"binary=\"", "program(\""}) {
      const auto begin = line.find(key);
      if (begin == line.npos) continue;
      const auto command = line.substr(begin + key.size());
      add_start(out, number, command.substr(0, command.find('"')), line);
    }
  });
  return out;
}

/// binfmt.d(5): what the kernel starts programs of this form with.
StartLines file_format(std::string_view text) {
  StartLines out;
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    if (is_comment(line) || line.size() < 2) return;
    auto rest = line;
    constexpr int kInterpreter = 6;  // behind name, type, offset, magic and mask
    for (int i = 0; i < kInterpreter; ++i) {
      const auto mark = rest.find(line[0]);
      if (mark == rest.npos) return;
      rest.remove_prefix(mark + 1);
    }
    add_start(out, number, rest.substr(0, rest.find(line[0])), line);
  });
  return out;
}

/// tmpfiles.d(5): what is written into files at each start.
StartLines temporary_files(std::string_view text) {
  StartLines out;
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    constexpr std::size_t kFields = 7;
    const auto fields = is_comment(line) ? std::vector<std::string_view>() : fields_of(line, kFields);
    if (fields.size() < kFields || std::string_view("fFw").find(fields[0][0]) == std::string_view::npos)
      return;
    auto content = fields[6];
    // A line for cron begins with its times and an account; for the judge only what is run counts.
    if (fields[1].find("cron") != std::string_view::npos) {
      const auto words = fields_of(content, kFields);
      if (words.size() == kFields) content = words[6];
    }
    add_start(out, number, content, line);
  });
  return out;
}

/// git-config(1): programs, and aliases that begin with "!".
StartLines git_settings(std::string_view text) {
  static constexpr std::array<std::string_view, 10> kPrograms = {
      "pager",    "editor", "fsmonitor", "sshcommand", "askpass",
      "textconv", "clean",  "smudge",    "cmd",        "helper"};
  auto out = start_settings(text, [](std::string_view) { return true; });
  std::erase_if(out, [](const StartLine& line) {
    std::string key(trimmed(std::string_view(line.excerpt).substr(0, line.excerpt.find('='))));
    std::transform(key.begin(), key.end(), key.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const bool program = std::find(kPrograms.begin(), kPrograms.end(), key) != kPrograms.end();
    return !program && line.command.front() != '!';
  });
  for (auto& line : out) line.command.erase(0, line.command.starts_with('!') ? 1 : 0);
  return out;
}

/// ssh_config(5): ProxyCommand, LocalCommand, KnownHostsCommand.
StartLines ssh_settings(std::string_view text) {
  StartLines out;
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    const auto end = std::min(line.find_first_of(" \t="), line.size());
    std::string key(line.substr(0, end));
    std::transform(key.begin(), key.end(), key.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (key != "proxycommand" && key != "localcommand" && key != "knownhostscommand") return;
    const auto value = line.substr(end);
    add_start(out, number, unquoted(value.substr(std::min(value.find_first_not_of(" \t="), value.size()))),
              line);
  });
  return out;
}

/// vim: what stands behind "!" or in system('…').
StartLines editor(std::string_view text) {
  StartLines out;
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    if (line.starts_with('"')) return;
    if (const auto mark = line.find('!'); mark != line.npos)
      add_start(out, number, line.substr(mark + 1), line);
    for (const std::string_view call : {"system(", "systemlist(", "job_start("}) {
      const auto at = line.find(call);
      const auto open = at == line.npos ? at : line.find_first_of("'\"", at);
      if (open == line.npos) continue;
      const auto close = line.find(line[open], open + 1);
      add_start(out, number, line.substr(open + 1, close == line.npos ? close : close - open - 1), line);
    }
  });
  return out;
}

/// Actions of yum and dnf: package:state:command.
StartLines package_action(std::string_view text) {
  StartLines out;
  each_start_line(text, [&](std::uint64_t number, std::string_view line) {
    if (is_comment(line)) return;
    const auto colon = line.find(":/");
    if (colon != line.npos) add_start(out, number, line.substr(colon + 1), line);
  });
  return out;
}

}  // namespace

const std::map<std::string_view, StartLines (*)(std::string_view)>& table_forms() {
  static const std::map<std::string_view, StartLines (*)(std::string_view)> forms = {
      {"mail_pipe", mail_pipe},     {"kernel_setting", kernel_setting},
      {"init_table", init_table},   {"inetd", inetd},
      {"xinetd", xinetd},           {"log_hook", log_hook},
      {"file_format", file_format}, {"temporary_files", temporary_files},
      {"git", git_settings},        {"ssh", ssh_settings},
      {"editor", editor},           {"package_action", package_action}};
  return forms;
}

}  // namespace rescue::detect
