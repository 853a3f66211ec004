#pragma once

#include "php_value.hpp"

namespace rescue::detect {

/// What PHP code writes into a file: settings that take away what a server guards itself with.
bool opens_server(const PhpValue& value);
/// … a program, or the source of one.
bool is_program(const PhpValue& value);

}  // namespace rescue::detect
