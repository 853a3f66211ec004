#include "own_rule.hpp"

#include <algorithm>
#include <exception>

#include "php_analysis.hpp"
#include "script_flow.hpp"
#include "shell_rules.hpp"
#include "start_lines.hpp"

namespace rescue::detect {
namespace {

tl::unexpected<Error> refuse(std::string why) {
  return fail(ErrorCode::kInvalid, "rule-without-match", std::move(why));
}

bool is_pattern(const Json& path) {
  return path.is_string() && !path.get_ref<const std::string&>().empty() &&
         std::string_view("/~").find(path.get_ref<const std::string&>()[0]) != std::string_view::npos;
}

Status check_places(const Json& places) {
  if (!places.is_array() || places.empty()) return refuse("places is a list of {form, paths}");
  for (const auto& place : places) {
    if (!place.is_object() || place.size() != 2 || !place.contains("form") || !place.contains("paths"))
      return refuse("places is a list of {form, paths}");
    const auto& paths = place.at("paths");
    if (!place.at("form").is_string() || !paths.is_array() || paths.empty() ||
        !std::all_of(paths.begin(), paths.end(), is_pattern))
      return refuse("form is a text, paths a list of texts that begin with / or ~");
    const auto& form = place.at("form").get_ref<const std::string&>();
    // Throws for one that does not exist; those two are looked at in another way.
    if (form != "foreign" && form != "timer") start_lines(form, "");
  }
  return {};
}

Status check_by_form(const RuleBook& alone, const Rule& rule) {
  const auto& match = rule.match;
  const auto family = rule.family();
  if (match.contains("places")) return check_places(match.at("places"));
  if ((family == "cron" || family == "commands") && match.contains("any")) {
    return check_shell_match(match);
  }
  if (family == "webshell" && match.contains("arguments")) {
    const PhpSinks sinks(alone);  // throws where something is of no form
    return {};
  }
  if (family == "webshell" && match.contains("language")) {
    const ScriptRules rules(alone);
    return {};
  }
  return refuse(
      "its match is of no form that a rule of one's own can have: places; any (cron, commands); "
      "arguments or language (webshell)");
}

}  // namespace

Status check_own_rule(const RuleBook& alone, const Rule& rule) {
  try {
    return check_by_form(alone, rule);
  } catch (const std::exception& error) {
    return refuse(error.what());
  }
}

}  // namespace rescue::detect
