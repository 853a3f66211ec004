#pragma once

#include <vector>

#include "php_lexer.hpp"

namespace rescue::detect {

/// How code looks that nobody wrote to be read, by the names of sinks in rules: "unreadable names" (most
/// variables are called by bytes that are no text), "no letters" (functions are called, and no name of the
/// program has a letter).
std::vector<const char*> looks_of(const std::vector<PhpToken>& tokens);

}  // namespace rescue::detect
