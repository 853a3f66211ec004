#pragma once

#include <string>
#include <string_view>

namespace rescue::report {

struct CleanRules {
  std::size_t chars_max = 400;  ///< code points kept; "…" stands for what was cut
  bool keep_newlines = false;   ///< for answers that people typed
};

/// `bytes` as text that is safe to show: valid UTF-8; a byte that is none, and every control character, as
/// `\xHH`; characters that are invisible or turn the direction of writing (bidi controls, zero-width, line
/// and paragraph separators, tags) as `\u{HHHH}`. What is shown is then what was there.
std::string clean_text(std::string_view bytes, const CleanRules& rules);
std::string clean_text(std::string_view bytes);

/// Text for HTML content and double-quoted attributes: & < > " ' escaped.
std::string escape_html(std::string_view text);

}  // namespace rescue::report
