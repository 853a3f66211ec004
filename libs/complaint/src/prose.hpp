#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mail.hpp"

namespace rescue::complaint {

/// The parts of what a person wrote.
struct Prose {
  std::string own;               ///< lines of the sender's own
  std::string quoted;            ///< lines behind '>', without it
  std::vector<Headers> headers;  ///< fields of other mails that were copied in, quoted or not
};
/// The signature (below "-- ") is left out.
Prose read_prose(std::string_view text);

/// What a mail says, of all its parts.
struct Content {
  std::string text;               ///< bodies; of alternatives the plain one, else the HTML as text
  std::string logs;               ///< attached texts
  std::vector<Headers> attached;  ///< fields of mails that are attached, as such or as text/rfc822-headers
};
Content read_content(const Part& mail);

/// Of all leaves the first of a type, not within an attached mail; nullptr: none.
const Part* find_leaf(const Part& part, std::string_view type);

}  // namespace rescue::complaint
