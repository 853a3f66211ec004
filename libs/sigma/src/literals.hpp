#pragma once

#include <optional>
#include <string>
#include <vector>

#include "detection.hpp"

namespace rescue::sigma {

/// Texts in small letters, one of which at least stands in every event that the rule matches. Nothing where
/// there are none such: the rule must be tried on every event.
std::optional<std::vector<std::string>> needed_literals(const Detection& detection);

}  // namespace rescue::sigma
