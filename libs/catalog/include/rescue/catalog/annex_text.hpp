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
/// The same for the file at `path` whose text is `json`; `error` is that of parse_json, or names a place in
/// it.
Error located(const std::string& path, std::string_view json, Error error);
/// The line, counted from 1, of `pointer` in text that is valid JSON, or of the nearest part around it.
int line_in_json(std::string_view text, std::string_view pointer);

}  // namespace rescue::catalog
