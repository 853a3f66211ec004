#pragma once

#include <map>
#include <string>
#include <string_view>

#include "rescue/base/json.hpp"

namespace rescue::catalog {

/// An annex file as it was read: its text, and the value in it with the line of each part.
struct AnnexText {
  std::string path;
  std::string text;
  Json value;                                     ///< null for a file that is neither YAML nor CSV
  std::map<std::string, int, std::less<>> lines;  ///< JSON pointer → line, counted from 1

  /// The line of `pointer`, or of the nearest part around it; 0 where none is known.
  int line_of(std::string_view pointer) const;
};

/// YAML 1.2 of the plain kind: maps with text keys, lists, texts, whole numbers, true, false, null. No tags,
/// no key twice in one map, bounded depth and number of parts. kInvalid ("annex-unreadable") names path and
/// line.
Result<AnnexText> parse_yaml(std::string path, std::string text);
/// RFC 4180 with a head line; lines that begin with # are comments. The value is {"rows": [{column: text}]},
/// an empty field is left out. kInvalid ("annex-unreadable") names path and line.
Result<AnnexText> parse_csv(std::string path, std::string text);

/// `error` with path, line and place before its text: "prices.yaml:14: /versions/0/tax_percent: must be …".
Error located(const AnnexText& annex, Error error);

}  // namespace rescue::catalog
