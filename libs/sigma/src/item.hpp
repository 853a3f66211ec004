#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glob.hpp"
#include "network.hpp"
#include "regex.hpp"
#include "rescue/sigma/record.hpp"

namespace rescue::sigma {

/// The field is not there, or has no text.
struct IsNull {};
struct Exists {
  bool wanted = true;
};
struct Compare {
  enum class Way { kLess, kLessOrEqual, kGreater, kGreaterOrEqual } way = Way::kLess;
  double number = 0;
};
/// The same text as another field has, or a part of it.
struct OtherField {
  std::string name;
  bool starts = false, ends = false, contains = false, cased = false;
};

/// One value of a rule.
using Test = std::variant<Glob, Regex, Network, Compare, IsNull, Exists, OtherField>;

/// One line of a selection: a field with the values it may have, or keywords for the whole line.
struct Item {
  std::string field;  ///< "" for keywords
  bool all = false;   ///< every value must be found, else one of them
  bool negated = false;
  std::vector<Test> tests;

  bool holds(const Record& record) const;
};

}  // namespace rescue::sigma
