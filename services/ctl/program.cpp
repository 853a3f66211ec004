#include "program.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "command.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

constexpr int kDone = 0;
constexpr int kRefused = 1;
constexpr int kWronglyCalled = 2;
constexpr std::size_t kCallWidthMax = 72;
constexpr std::string_view kDefaultUrl = "http://127.0.0.1:8080";
constexpr std::string_view kGlobalUsage = "[--url URL] [--token-file FILE] [--json] [--help]";

std::string help() {
  std::size_t width = 0;
  const auto call = [](const Command& c) {
    return std::string(c.name) + (c.usage.empty() ? "" : " ") + std::string(c.usage);
  };
  for (const auto& command : commands()) {
    if (call(command).size() <= kCallWidthMax) width = std::max(width, call(command).size());
  }
  std::string out = "rescuectl " + std::string(kGlobalUsage) + " COMMAND\n\n";
  for (const auto& command : commands()) {
    auto line = call(command);
    // A long call has its summary on the next line.
    if (line.size() > width) line += "\n" + std::string(width + 4, ' ');
    if (line.size() < width) line.resize(width, ' ');
    out += "  " + line + "  " + std::string(command.summary) + "\n";
  }
  out += "\n  --url URL          the front door; else RESCUE_URL; else " + std::string(kDefaultUrl) +
         "\n  --token-file FILE  holds the API key's token; else the token is RESCUE_TOKEN"
         "\n  --json             print the service's answer as JSON"
         "\n\nExit code: 0 done, 1 refused or out of reach, 2 wrongly called.\n";
  return out;
}

/// The command whose name the arguments begin with, the longest one; nothing when there is none.
const Command* find_command(const std::vector<std::string>& words, std::size_t& used) {
  const Command* best = nullptr;
  for (const auto& command : commands()) {
    std::istringstream in{std::string(command.name)};
    std::vector<std::string> name;
    for (std::string word; in >> word;) name.push_back(word);
    if (words.size() < name.size() || !std::equal(name.begin(), name.end(), words.begin())) continue;
    if (best != nullptr && name.size() <= used) continue;
    best = &command;
    used = name.size();
  }
  return best;
}

/// The options before and between the command's own, taken out of `arguments`.
Result<Arguments> take_globals(std::vector<std::string>& arguments) {
  std::vector<std::string> globals;
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto name = arguments[i].substr(0, arguments[i].find('='));
    const bool takes_value = name == "--url" || name == "--token-file";
    const bool is_global = takes_value || name == "--json" || name == "--help";
    (is_global ? globals : rest).push_back(arguments[i]);
    if (takes_value && name == arguments[i] && i + 1 < arguments.size()) globals.push_back(arguments[++i]);
  }
  arguments = std::move(rest);
  return read_arguments(read_usage(kGlobalUsage), globals);
}

Result<std::string> read_token(const Arguments& globals, const Environment& environment) {
  if (!globals.has("--token-file")) return environment("RESCUE_TOKEN").value_or("");
  const auto path = globals.option("--token-file");
  std::ifstream in(path);
  std::string token;
  if (!(in >> token)) return fail(ErrorCode::kInvalid, "bad-config", "cannot read a token from " + path);
  return token;
}

Result<http::Client::Options> client_options(const Arguments& globals, const Environment& environment) {
  http::Client::Options options;
  options.base_url = environment("RESCUE_URL").value_or(std::string(kDefaultUrl));
  if (globals.has("--url")) options.base_url = globals.option("--url");
  RESCUE_ASSIGN(options.token, read_token(globals, environment));
  return options;
}

void print_error(std::ostream& err, const Error& error) {
  err << "rescuectl: " << escaped(error.detail);
  if (!error.pointer.empty()) err << " (at " << escaped(error.pointer) << ")";
  err << "\n";
}

int wrongly_called(std::ostream& err, const std::string& text) {
  err << "rescuectl: " << escaped(text) << "\n";
  return kWronglyCalled;
}

int run_command(const Command& command, const Arguments& given, const Arguments& globals,
                const Environment& environment, std::ostream& out, std::ostream& err) {
  auto options = client_options(globals, environment);
  if (!options) {
    print_error(err, options.error());
    return kRefused;
  }
  Api api(*std::move(options));
  Session session{.api = api, .out = out, .json = globals.has("--json")};
  const auto done = command.run(session, given);
  if (done) return kDone;
  print_error(err, done.error());
  return kRefused;
}

}  // namespace

int run_program(const std::vector<std::string>& arguments, const Environment& environment, std::ostream& out,
                std::ostream& err) {
  auto words = arguments;
  const auto globals = take_globals(words);
  if (!globals) return wrongly_called(err, globals.error().detail);
  if (globals->has("--help")) {
    out << help();
    return kDone;
  }
  if (words.empty()) {
    err << help();
    return kWronglyCalled;
  }
  std::size_t used = 0;
  const Command* command = find_command(words, used);
  if (command == nullptr)
    return wrongly_called(err, "no such command: " + words[0] + "; see rescuectl --help");
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(used));
  const auto given = read_arguments(read_usage(command->usage), words);
  if (!given) {
    const int code = wrongly_called(err, given.error().detail);
    err << "usage: rescuectl " << command->name << " " << command->usage << "\n";
    return code;
  }
  return run_command(*command, *given, *globals, environment, out, err);
}

}  // namespace rescue::ctl
