#pragma once

#include <optional>
#include <vector>

#include "php_value.hpp"

namespace rescue::detect {

using PhpArguments = std::vector<PhpValue>;

// PHP's functions that make a list or take one, on constant arguments (PHP manual, Array Functions): the
// first argument is there. Nothing where an argument is not known or the result would be too large.
std::optional<PhpValue> split_evenly(const PhpArguments& a);
std::optional<PhpValue> repeated(const PhpArguments& a);
std::optional<PhpValue> range_of(const PhpArguments& a);
std::optional<PhpValue> backwards(const PhpArguments& a);
std::optional<PhpValue> slice(const PhpArguments& a);
std::optional<PhpValue> without(const PhpArguments& a);
std::optional<PhpValue> flipped(const PhpArguments& a);
std::optional<PhpValue> keys_of(const PhpArguments& a);
std::optional<PhpValue> list_again(const PhpArguments& a);
std::optional<PhpValue> first_of(const PhpArguments& a);
std::optional<PhpValue> last_of(const PhpArguments& a);
std::optional<PhpValue> counted(const PhpArguments& a);
std::optional<PhpValue> filled(const PhpArguments& a);

}  // namespace rescue::detect
