#pragma once

#include <string>
#include <string_view>

namespace rescue::http {

// The character classes of RFC 9110 and what is built on them. All of them are independent of the locale.

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
inline char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
/// tchar of RFC 9110 section 5.6.2.
bool is_token(std::string_view text);
/// No control byte but HTAB (RFC 9110 section 5.5, without its leave to keep others).
bool is_field_value(std::string_view text);
bool is_utf8(std::string_view text);
/// A byte below 0x20, DEL, or (as UTF-8) a C1 control.
bool has_control(std::string_view text);
std::string_view trim(std::string_view text);  ///< spaces and tabs
std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
/// Does the comma-separated list hold `token`, in any case?
bool list_has(std::string_view list, std::string_view token);

}  // namespace rescue::http
