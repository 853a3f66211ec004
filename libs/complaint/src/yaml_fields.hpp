#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace rescue::complaint {

/// The one form of YAML that X-ARF reports are written in: `Name: value`, one a line, plain or in quotes,
/// with comments. Anything else that YAML can do (nesting, lists, blocks, anchors, several documents) is
/// refused: it is not needed, and a reader that does not know it cannot be led astray by it.
class YamlFields {
 public:
  static std::optional<YamlFields> read(std::string_view yaml);
  /// The name in lower case. "" where there is none.
  std::string text(std::string_view name) const;

 private:
  bool add_line(std::string_view line);
  std::map<std::string, std::string, std::less<>> fields_;
};

}  // namespace rescue::complaint
