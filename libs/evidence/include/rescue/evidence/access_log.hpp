#pragma once

#include <array>
#include <string>
#include <string_view>

#include "rescue/evidence/event.hpp"

namespace rescue::evidence {

/// Lines of an apache or nginx access log in the common, combined or vhost_combined format
/// (https://httpd.apache.org/docs/2.4/mod/mod_log_config.html). One per file: many lines have the time of the
/// one before, which is not worked out again.
class AccessLines {
 public:
  /// False when the line has not that form. The target is left as logged. Views into `line`.
  bool parse(std::string_view line, Event& event);

 private:
  static constexpr std::size_t kTimeBytes = 26;
  std::string_view last_written() const { return {last_written_.data(), last_written_.size()}; }

  std::array<char, kTimeBytes> last_written_{};
  Timestamp last_time_{};
};

/// The same of one line alone.
bool parse_access_line(std::string_view line, Event& event);

/// The path of a request target as the web server looks it up: without query and fragment, percent-decoded
/// once, "//", "/./" and "/../" resolved inside "/". Scheme and host of an absolute target are dropped.
std::string decode_path(std::string_view target);

/// Percent-decoding (RFC 3986); a broken escape stays as it is. `plus_is_space` for query strings.
std::string percent_decode(std::string_view text, bool plus_is_space);

}  // namespace rescue::evidence
