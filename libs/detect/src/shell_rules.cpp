#include "shell_rules.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <stdexcept>

namespace rescue::detect {
namespace {

using Pipelines = std::vector<ShellPipeline>;

bool name_matches(const Json& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](const Json& item) {
    const auto& wanted = item.get_ref<const std::string&>();
    return wanted.ends_with('*') ? name.starts_with(std::string_view(wanted).substr(0, wanted.size() - 1))
                                 : name == wanted;
  });
}

bool has_argument(const Json& arguments, const ShellCommand& command) {
  return std::any_of(command.words.begin() + (command.words.empty() ? 0 : 1), command.words.end(),
                     [&](const std::string& word) { return name_matches(arguments, word); });
}

/// Calls `visit` for every command, nested ones too; true as soon as it answers true.
bool any_command(const Pipelines& pipelines, const std::function<bool(const ShellCommand&)>& visit) {
  for (const auto& pipeline : pipelines) {
    for (const auto& command : pipeline.commands) {
      if (visit(command) || any_command(command.substituted, visit) || any_command(command.given, visit))
        return true;
    }
  }
  return false;
}

struct Feed {
  const Json& from;
  const Json& to;
  const Json* argument;

  bool source(const ShellCommand& command) const {
    return name_matches(from, command.program()) && (argument == nullptr || has_argument(*argument, command));
  }
  bool in(const Pipelines& pipelines) const {
    const auto is_source = [&](const ShellCommand& c) { return source(c); };
    for (const auto& pipeline : pipelines) {
      bool fed = false;
      for (const auto& command : pipeline.commands) {
        if (runs_text(command) &&
            (fed || (substitution_is_code(command) && any_command(command.substituted, is_source)))) {
          return true;
        }
        fed = fed || source(command) || any_command(command.substituted, is_source) ||
              any_command(command.given, is_source);
        if (in(command.substituted) || in(command.given)) return true;
      }
    }
    return false;
  }
  bool runs_text(const ShellCommand& command) const {
    const auto program = command.program();
    return name_matches(to, program) || program == "eval" || program == "source" || program == ".";
  }
  /// sh -c "$(curl …)", bash <(curl …), bash <<< "$(curl …)", eval `curl …`; not: bash script.sh "$(curl …)"
  bool substitution_is_code(const ShellCommand& command) const {
    if (command.program() == "eval" || command.substitutions.empty()) return true;
    const auto& words = command.words;
    const auto first =
        std::find_if(words.begin() + 1, words.end(), [](const auto& w) { return !w.starts_with('-'); });
    return first == words.end() || first->starts_with(command.substitutions.front());
  }
};

bool is_interpreter(std::string_view program) {
  static constexpr std::string_view kNames[] = {"sh",  "bash", "dash", "ash",    "zsh", "ksh", "perl",
                                                "php", "ruby", "node", "source", ".",   "lua"};
  return std::find(std::begin(kNames), std::end(kNames), program) != std::end(kNames) ||
         program.starts_with("python");
}

/// What a command runs: its program, or the script its interpreter is given.
std::vector<std::string_view> things_run(const ShellCommand& command) {
  std::vector<std::string_view> paths;
  if (command.words.empty()) return paths;
  paths.emplace_back(command.words[0]);
  if (is_interpreter(command.program())) {
    for (std::size_t i = 1; i < command.words.size(); ++i) {
      if (!command.words[i].starts_with('-')) {
        paths.emplace_back(command.words[i]);
        break;
      }
    }
  }
  return paths;
}

bool runs_under(const Json& folders, const Pipelines& pipelines) {
  return any_command(pipelines, [&](const ShellCommand& command) {
    const auto paths = things_run(command);
    return std::any_of(paths.begin(), paths.end(), [&](std::string_view path) {
      return std::any_of(folders.begin(), folders.end(), [&](const Json& folder) {
        return path.starts_with(folder.get_ref<const std::string&>());
      });
    });
  });
}

bool hidden(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == path.npos) return false;
  const auto name = path.substr(slash + 1);
  if (name.size() > 1 && name[0] == '.' && name != "..") return true;
  // Many tools live in a hidden folder of a home (~/.local, ~/.nvm, ~/.acme.sh); elsewhere it hides
  // something.
  const bool home = path.starts_with("/home/") || path.starts_with("/root/") || path.starts_with("~") ||
                    path.starts_with("$HOME") || path.starts_with("./") || path.starts_with("../");
  for (auto at = path.find("/."); at != path.npos && !home; at = path.find("/.", at + 1)) {
    const auto part = path.substr(at + 1, path.find('/', at + 1) - at - 1);
    if (part.size() > 1 && part != "..") return true;
  }
  return false;
}

bool runs_hidden(const Pipelines& pipelines) {
  return any_command(pipelines, [](const ShellCommand& command) {
    const auto paths = things_run(command);
    return std::any_of(paths.begin(), paths.end(), hidden);
  });
}

bool is_downloader(std::string_view program) {
  return program == "curl" || program == "wget" || program == "fetch" || program == "lwp-download";
}

/// Files that a download writes: `-o file`, `-O file`, `> file`, or the last part of its address.
void downloaded_files(const ShellCommand& command, std::set<std::string>& files) {
  for (const auto& file : command.redirects) files.insert(file);
  for (std::size_t i = 1; i < command.words.size(); ++i) {
    const auto& word = command.words[i];
    const bool names_output = word == "-o" || word == "-O" || word == "--output" || word == "-qO" ||
                              word == "-so" || word == "-sLo" || word == "-fsSLo" ||
                              word == "--output-document";
    if (names_output && i + 1 < command.words.size()) files.insert(command.words[i + 1]);
    if (word.find("://") != word.npos) {
      const auto name = word.substr(word.rfind('/') + 1);
      if (!name.empty()) files.insert(name);
    }
  }
}

bool runs_download(const Pipelines& pipelines) {
  std::set<std::string> files;
  return any_command(pipelines, [&](const ShellCommand& command) {
    if (is_downloader(command.program())) {
      downloaded_files(command, files);
      return false;
    }
    const auto paths = things_run(command);
    return std::any_of(paths.begin(), paths.end(), [&](std::string_view path) {
      if (path.starts_with("./")) path.remove_prefix(2);
      return files.contains(std::string(path)) && !is_interpreter(path);
    });
  });
}

bool text_contains(const Json& texts, std::string_view text) {
  const auto same = [](char a, char b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(a) == lower(b);
  };
  return std::any_of(texts.begin(), texts.end(), [&](const Json& item) {
    const auto& wanted = item.get_ref<const std::string&>();
    return std::search(text.begin(), text.end(), wanted.begin(), wanted.end(), same) != text.end();
  });
}

tl::unexpected<Error> refuse(std::string why) {
  return fail(ErrorCode::kInvalid, "rule-without-match", std::move(why));
}

bool are_texts(const Json& list) {
  return list.is_array() && !list.empty() &&
         std::all_of(list.begin(), list.end(), [](const Json& item) { return item.is_string(); });
}

bool is_condition(const std::string& name, const Json& value) {
  if (name == "feeds") {
    const bool known = value.is_object() && value.size() == (value.contains("argument") ? 3U : 2U);
    return known && value.contains("from") && value.contains("to") &&
           std::all_of(value.begin(), value.end(), are_texts);
  }
  if (name == "runs_download" || name == "runs_hidden") return value == true;
  const bool with_texts = name == "runs_under" || name == "program" || name == "argument" || name == "text";
  return with_texts && are_texts(value);
}

bool holds(const Json& condition, std::string_view text, const Pipelines& pipelines) {
  for (const auto& [name, value] : condition.items()) {
    bool good = false;
    if (name == "feeds") {
      const auto argument = value.find("argument");
      good = Feed{value.at("from"), value.at("to"), argument == value.end() ? nullptr : &*argument}.in(
          pipelines);
    } else if (name == "runs_download") {
      good = runs_download(pipelines);
    } else if (name == "runs_under") {
      good = runs_under(value, pipelines);
    } else if (name == "runs_hidden") {
      good = runs_hidden(pipelines);
    } else if (name == "program") {
      const auto argument = condition.find("argument");
      good = any_command(pipelines, [&, &value = value](const ShellCommand& command) {
        return name_matches(value, command.program()) &&
               (argument == condition.end() || has_argument(*argument, command));
      });
    } else if (name == "argument") {
      good = condition.contains("program");  // judged there
    } else if (name == "text") {
      good = text_contains(value, text);
    } else {
      throw std::logic_error("no such shell condition: " + name);
    }
    if (!good) return false;
  }
  return !condition.empty();
}

}  // namespace

Status check_shell_match(const Json& match) {
  const auto any = match.find("any");
  if (match.size() != 1 || any == match.end() || !any->is_array() || any->empty())
    return refuse("any is a list of conditions");
  for (const auto& condition : *any) {
    if (!condition.is_object() || condition.empty()) return refuse("a condition is an object");
    for (const auto& [name, value] : condition.items()) {
      if (!is_condition(name, value)) return refuse(name + ": no such condition, or not of its form");
    }
    if (condition.contains("argument") && !condition.contains("program"))
      return refuse("argument: it stands beside program");
  }
  return {};
}

bool shell_match(const Json& match, std::string_view text, const std::vector<ShellPipeline>& pipelines) {
  const auto& any = match.at("any");
  return std::any_of(any.begin(), any.end(), [&](const Json& c) { return holds(c, text, pipelines); });
}

ShellRules::ShellRules(const RuleBook& rules, std::string_view family) {
  for (const auto* rule : rules.family(family)) {
    if (rule->match.contains("any")) rules_.push_back(rule);
  }
  std::stable_sort(rules_.begin(), rules_.end(),
                   [](const Rule* a, const Rule* b) { return a->severity > b->severity; });
  for (const auto* rule : rules_) {
    if (const auto good = check_shell_match(rule->match); !good)
      throw std::logic_error(rule->id + ": " + good.error().detail);
  }
}

std::vector<std::string> programs_run(std::string_view command) {
  std::vector<std::string> programs;
  any_command(parse_shell(command), [&](const ShellCommand& c) {
    for (const auto path : things_run(c)) programs.emplace_back(path);
    return false;
  });
  return programs;
}

bool is_hidden_program(std::string_view path) {
  return hidden(path);
}

const Rule* ShellRules::first_match(std::string_view command, std::string_view but) const {
  const auto pipelines = parse_shell(command);
  const auto at = std::find_if(rules_.begin(), rules_.end(), [&](const Rule* rule) {
    return rule->id != but && shell_match(rule->match, command, pipelines);
  });
  return at == rules_.end() ? nullptr : *at;
}

}  // namespace rescue::detect
