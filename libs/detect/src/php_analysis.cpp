#include "php_analysis.hpp"

#include <algorithm>
#include <stdexcept>

#include "php_interpreter.hpp"
#include "php_looks.hpp"
#include "word_finder.hpp"

namespace rescue::detect {
namespace {

PhpTaint taint_named(const std::string& name) {
  if (name == "request") return kFromRequest;
  if (name == "upload") return kFromUpload;
  if (name == "network") return kFromNetwork;
  if (name == "decoded") return kFromDecoded;
  if (name == "unset") return kFromUnset;
  if (name == "joined") return kJoined;
  throw std::logic_error("no such origin of data: " + name);
}

PhpProgram followed(std::string_view text, const std::vector<PhpToken>& tokens, const PhpSinks& sinks,
                    bool unpacks) {
  PhpProgram program(sinks);
  program.reporting = true;
  program.source = text;
  program.unpacks = unpacks;
  PhpInterpreter interpreter(program, tokens, 0);
  interpreter.run(program.globals);
  return program;
}

}  // namespace

PhpSinks::PhpSinks(const RuleBook& book) {
  for (const auto* rule : book.family("webshell")) {
    const auto arguments = rule->match.find("arguments");
    if (arguments == rule->match.end()) continue;
    PhpSink sink;
    sink.rule = rules.size();
    sink.all = rule->match.value("all", false);
    sink.whole = rule->match.value("whole", false);
    sink.says = rule->match.value("says", std::vector<std::string>{});
    for (const auto& origin : rule->match.at("from")) sink.from |= taint_named(origin.get<std::string>());
    for (const auto& [function, positions] : arguments->items()) {
      sink.arguments = positions.get<std::vector<unsigned>>();
      const auto into = rule->match.value("into", Json::object());
      const auto ends = rule->match.value("ends", Json::object());
      sink.into = into.contains(function) ? std::optional(into.at(function).get<unsigned>()) : std::nullopt;
      sink.ends = ends.contains(function) ? std::optional(ends.at(function).get<unsigned>()) : std::nullopt;
      by_function[function].push_back(sink);
    }
    rules.push_back(rule);
  }
}

PhpReport analyse_php(std::string_view text, const PhpSinks& sinks) {
  const auto tokens = lex_php(text);
  auto unpacked = followed(text, tokens, sinks, true);
  // What is packed in it took all the room there is: then at least how it is packed is looked at.
  const bool again = unpacked.cut && unpacked.flows.empty();
  auto program = again ? followed(text, tokens, sinks, false) : std::move(unpacked);
  auto& flows = program.flows;
  for (const auto* look : looks_of(tokens)) {
    const auto at = sinks.by_function.find(look);
    if (at == sinks.by_function.end()) continue;
    for (const auto& sink : at->second) flows.push_back({sinks.rules[sink.rule], 1, look, 0});
  }
  std::stable_sort(flows.begin(), flows.end(), [](const PhpFlow& a, const PhpFlow& b) {
    return std::tie(a.rule->id, a.line, a.function) < std::tie(b.rule->id, b.line, b.function);
  });
  return {std::move(flows), program.calls_anything, again || program.cut || tokens.size() >= kMostPhpTokens};
}

bool php_needs_analysis(std::string_view text) {
  static const WordFinder finder({"$_",
                                  "_post",
                                  "_get",
                                  "_request",
                                  "_cookie",
                                  "http_",
                                  "php://input",
                                  "getenv",
                                  "getallheaders",
                                  "apache_request_headers",
                                  "globals",
                                  "eval",
                                  "assert",
                                  "create_function",
                                  "preg_replace",
                                  "base64_decode",
                                  "gzinflate",
                                  "str_rot13",
                                  "str_replace(",
                                  "strrev",
                                  "chr(",
                                  "passthru",
                                  "proc_open",
                                  "socket",
                                  "system",
                                  "exec",
                                  "popen",
                                  "fputs",
                                  "fwrite",
                                  "file_put_contents",
                                  "move_uploaded",
                                  "mail(",
                                  "rename(",
                                  "rmdir(",
                                  "show_source",
                                  "fopen(",
                                  "array_udiff",
                                  "symlink",
                                  "<?php file_put",
                                  "phpinfo(",
                                  "file_get_contents",
                                  "curl_exec",
                                  "copy(",
                                  "unlink(",
                                  "opendir(",
                                  "readfile(",
                                  "uname -a",
                                  "/etc/passwd",
                                  "wp_set_auth_cookie",
                                  "\\x5f",
                                  "\\x6",
                                  "\\x7",
                                  "\\14",
                                  "\\16",
                                  "fromcallable",
                                  "register_",
                                  "ob_start",
                                  "unserialize",
                                  "->uasort",
                                  "createfunction",
                                  "include",
                                  "require",
                                  "$$",
                                  "${",
                                  "$g",
                                  "'^",
                                  "'|",
                                  "'.'",
                                  "\".\"",
                                  "}.$",
                                  "]("});
  return finder.any_in(text);
}

bool php_words_are_enough(const RuleBook& book) {
  const auto family = book.family("webshell");
  return std::all_of(family.begin(), family.end(), [](const Rule* rule) {
    const auto from = rule->match.value("from", Json::array());
    const bool of_request = std::all_of(from.begin(), from.end(), [](const Json& origin) {
      return origin == "request" || origin == "upload";
    });
    const auto arguments = rule->match.value("arguments", Json::object());
    return of_request ||
           std::all_of(arguments.items().begin(), arguments.items().end(), [](const auto& item) {
             const auto& name = item.key();
             const bool plain = name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == name.npos;
             return !plain || php_needs_analysis(name + "(");
           });
  });
}

}  // namespace rescue::detect
