#include "php_written.hpp"

#include <algorithm>
#include <string_view>
#include "rescue/base/ascii.hpp"

namespace rescue::detect {
bool opens_server(const PhpValue& value) {
  constexpr std::size_t kLongest = 4096;
  if (!value.text || value.text->size() > kLongest) return false;
  const auto text = lower_ascii(*value.text);
  constexpr std::string_view kWords[] = {"addtype txt .php",
                                         "addhandler txt .php",
                                         "addtype text/plain .php",
                                         "secfilterengine off",
                                         "+execcgi",
                                         "safe_mode = off",
                                         "safe_mode=off",
                                         "disable_functions = none",
                                         "disable_functions=none",
                                         "addhandler cgi-script",
                                         "addtype application/x-httpd-php",
                                         "addhandler application/x-httpd-php",
                                         "options all",
                                         "indexes followsymlinks",
                                         "sethandler application/x-httpd-php"};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](auto word) { return text.find(word) != text.npos; });
}

bool is_program(const PhpValue& value) {
  return value.text && (value.text->starts_with("#!") ||
                        value.text->starts_with("\x7f"
                                                "ELF") ||
                        value.text->starts_with("#include") || value.text->starts_with("MZ"));
}

}  // namespace rescue::detect
