#pragma once

#include "example_root.hpp"
#include "rescue/detect/rule.hpp"

namespace rescue::detect {

/// Lays an example of a rule out in `root`, which is empty, as a disk, and investigates it by `book`: does
/// the rule fire? Nothing where the example cannot be laid out by this user. Throws std::exception for an
/// example of no form.
std::optional<bool> fires(const RuleBook& book, const Rule& rule, const Json& example, ExampleRoot& root);

}  // namespace rescue::detect
