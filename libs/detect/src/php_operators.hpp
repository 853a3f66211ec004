#pragma once

#include <string>

#include "php_value.hpp"

namespace rescue::detect {

/// The result of one of PHP's binary operators (PHP manual, Operators): its text where both sides are known,
/// and where it may come from.
PhpValue php_operation(const std::string& op, const PhpValue& left, const PhpValue& right);

/// A password is asked for: what a request sends, or its hash, is held against a hash that stands in the
/// code.
bool asks_for_password(const std::string& op, const PhpValue& left, const PhpValue& right);

/// After "++" or "--".
PhpValue php_stepped(const PhpValue& value, bool up);

/// A number as it stands in the code.
PhpValue php_number(const std::string& text);

/// Code in PHP that is printed for another server to include.
bool is_code_for_others(std::string_view text);

/// Part of a page that asks something or sends the visitor elsewhere.
bool is_hidden_page(const PhpValue& value);

}  // namespace rescue::detect
