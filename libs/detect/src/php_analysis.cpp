#include "php_analysis.hpp"

#include <algorithm>
#include <stdexcept>

#include "php_interpreter.hpp"

namespace rescue::detect {
namespace {

PhpTaint taint_named(const std::string& name) {
  if (name == "request") return kFromRequest;
  if (name == "upload") return kFromUpload;
  if (name == "network") return kFromNetwork;
  if (name == "decoded") return kFromDecoded;
  throw std::logic_error("no such origin of data: " + name);
}

bool contains_any_case(std::string_view text, std::string_view lower_word) {
  // Both cases of the first letter are looked for with memchr's speed; the rest is compared where it occurs.
  const auto matches_at = [&](std::size_t at) {
    if (text.size() - at < lower_word.size()) return false;
    return std::equal(
        lower_word.begin(), lower_word.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
        [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + 32) : b); });
  };
  const char low = lower_word[0];
  const char high = low >= 'a' && low <= 'z' ? static_cast<char>(low - 32) : low;
  for (const char first : {low, high}) {
    for (auto at = text.find(first); at != text.npos; at = text.find(first, at + 1)) {
      if (matches_at(at)) return true;
    }
    if (low == high) break;
  }
  return false;
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
    for (const auto& origin : rule->match.at("from")) sink.from |= taint_named(origin.get<std::string>());
    for (const auto& [function, positions] : arguments->items()) {
      sink.arguments = positions.get<std::vector<unsigned>>();
      by_function[function].push_back(sink);
    }
    rules.push_back(rule);
  }
}

PhpReport analyse_php(std::string_view text, const PhpSinks& sinks) {
  PhpProgram program(sinks);
  program.reporting = true;
  const auto tokens = lex_php(text);
  PhpInterpreter interpreter(program, tokens, 0);
  interpreter.run(program.globals);
  auto& flows = program.flows;
  std::stable_sort(flows.begin(), flows.end(), [](const PhpFlow& a, const PhpFlow& b) {
    return std::tie(a.rule->id, a.line, a.function) < std::tie(b.rule->id, b.line, b.function);
  });
  return {std::move(flows), program.calls_anything, program.cut || tokens.size() >= kMostPhpTokens};
}

bool php_needs_analysis(std::string_view text) {
  for (const std::string_view word :
       {"$_", "_post", "_get", "_request", "_cookie", "php://input", "eval", "assert", "getallheaders",
        "apache_request_headers", "create_function", "globals", "base64_decode", "gzinflate", "str_rot13"}) {
    if (contains_any_case(text, word)) return true;
  }
  return false;
}

}  // namespace rescue::detect
