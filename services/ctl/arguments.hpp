#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/result.hpp"

namespace rescue::ctl {

/// What was typed: the words, and what the options say.
struct Arguments {
  std::vector<std::string> words;
  std::map<std::string, std::string, std::less<>> options;  ///< "--reason" → text; a flag → ""

  bool has(std::string_view option) const { return options.find(option) != options.end(); }
  /// "" when it was not given.
  std::string option(std::string_view name) const;
};

/// One thing that a usage line names.
struct Parameter {
  std::string name;  ///< "ID" or "--reason"
  bool is_option = false;
  bool takes_value = false;
  bool required = true;
};

/// Reads a usage line, the one place that says what a command takes: "ID --reason R [--html] [--lang LANG]".
std::vector<Parameter> read_usage(std::string_view usage);

/// Sorts `arguments` by what `parameters` allow. "--name value" and "--name=value" are the same; "--" ends
/// the options. kInvalid says what is missing, unknown or too much.
Result<Arguments> read_arguments(const std::vector<Parameter>& parameters,
                                 const std::vector<std::string>& arguments);

/// "a,b" as a and b.
std::vector<std::string> split_list(std::string_view list);

}  // namespace rescue::ctl
