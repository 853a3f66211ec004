#pragma once

#include <array>
#include <string>
#include <string_view>

#include "rescue/evidence/software.hpp"

namespace rescue::evidence {

/// The file of an application that holds its version. A new application is one line in the table.
struct SoftwareMark {
  std::string_view name;
  Software::Kind kind;
  std::string_view path_end;               ///< what is before it is the application's folder
  std::array<std::string_view, 3> before;  ///< the words that each part of the version stands behind
  std::string_view needs = {};             ///< a text that the file holds besides
};

/// The mark whose file this may be, one after the other; nullptr when there is no more.
const SoftwareMark* next_mark(std::string_view path, const SoftwareMark* last);
/// The version behind the words of a mark: "8.1.0", or "3.10" and "12" with a point between. Empty where a
/// part of it is not there.
std::string marked_version(const SoftwareMark& mark, std::string_view text);
/// The version behind `word`, with no more than blanks, quotes and signs of assignment between.
std::string version_behind(std::string_view word, std::string_view text);

}  // namespace rescue::evidence
