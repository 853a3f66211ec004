#include "arguments.hpp"

#include <algorithm>
#include <sstream>

namespace rescue::ctl {
namespace {

tl::unexpected<Error> usage_error(std::string detail) {
  return fail(ErrorCode::kInvalid, "bad-request", std::move(detail));
}

const Parameter* find_option(const std::vector<Parameter>& parameters, std::string_view name) {
  const auto it = std::find_if(parameters.begin(), parameters.end(),
                               [&](const Parameter& p) { return p.is_option && p.name == name; });
  return it == parameters.end() ? nullptr : &*it;
}

Status check_complete(const std::vector<Parameter>& parameters, const Arguments& given) {
  std::size_t words = 0;
  for (const auto& parameter : parameters) {
    const bool there = parameter.is_option ? given.has(parameter.name) : given.words.size() > words++;
    if (parameter.required && !there) return usage_error(parameter.name + " is missing");
  }
  if (given.words.size() > words) return usage_error("unexpected: " + given.words[words]);
  return {};
}

}  // namespace

std::string Arguments::option(std::string_view name) const {
  const auto it = options.find(name);
  return it == options.end() ? std::string() : it->second;
}

std::vector<Parameter> read_usage(std::string_view usage) {
  std::vector<Parameter> out;
  std::istringstream in{std::string(usage)};
  for (std::string token; in >> token;) {
    const bool optional = token.front() == '[';
    const bool closed = token.back() == ']';
    const auto first = optional ? std::size_t{1} : std::size_t{0};
    const std::string name = token.substr(first, token.size() - first - (closed ? 1 : 0));
    const bool is_option = name.starts_with("--");
    // A word right after an option that is still open names its value.
    const bool is_value =
        !is_option && !optional && !out.empty() && out.back().is_option && !out.back().takes_value;
    if (is_value) {
      out.back().takes_value = true;
    } else {
      out.push_back({.name = name, .is_option = is_option, .takes_value = false, .required = !optional});
    }
  }
  return out;
}

Result<Arguments> read_arguments(const std::vector<Parameter>& parameters,
                                 const std::vector<std::string>& arguments) {
  Arguments out;
  bool options_ended = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& text = arguments[i];
    if (options_ended || !text.starts_with("--")) {
      out.words.push_back(text);
      continue;
    }
    if (text == "--") {
      options_ended = true;
      continue;
    }
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    const Parameter* option = find_option(parameters, name);
    if (option == nullptr) return usage_error("unknown option: " + name);
    if (!option->takes_value && equals != std::string::npos) return usage_error(name + " takes no value");
    std::string value;
    if (option->takes_value && equals != std::string::npos) {
      value = text.substr(equals + 1);
    } else if (option->takes_value) {
      if (++i == arguments.size()) return usage_error(name + " needs a value");
      value = arguments[i];
    }
    if (!out.options.emplace(name, value).second) return usage_error(name + " was given twice");
  }
  RESCUE_TRY(check_complete(parameters, out));
  return out;
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    out.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

}  // namespace rescue::ctl
