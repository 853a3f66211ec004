#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "api.hpp"
#include "arguments.hpp"

namespace rescue::ctl {

/// What a command runs with.
struct Session {
  Api& api;
  std::ostream& out;
  bool json = false;  ///< --json: print what the service said, as it said it

  /// Prints `value` as JSON where that was asked for, else what `text` makes of it.
  template <class Text>
  Status show(const Json& value, Text text) {
    out << (json ? dump_json(value) + "\n" : text(value));
    return {};
  }
};

/// One line of the table of commands.
struct Command {
  std::string_view name;   ///< "task complete"
  std::string_view usage;  ///< what it takes; also what is checked: "ID --outcome O --note N"
  std::string_view summary;
  Status (*run)(Session&, const Arguments&);
};

/// Every command, in the order of the help.
const std::vector<Command>& commands();

}  // namespace rescue::ctl
