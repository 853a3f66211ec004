#pragma once

#include <string>
#include <vector>

#include "rescue/detect/rule.hpp"

namespace rescue::detect {

/// Lays out every example of a rule of `book` in a temporary folder and investigates it. What is wrong, a
/// sentence each: one that must fire and does not, one that must not and does, one that cannot be run.
std::vector<std::string> check_examples(const RuleBook& book, const Rule& rule);

}  // namespace rescue::detect
