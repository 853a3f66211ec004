#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/result.hpp"
#include "rescue/seal/secret.hpp"

namespace rescue::seal {

/// A JSON object (RFC 8259) of texts and whole numbers, read without a copy outside secret memory. A null is
/// as if the field were not there. Strict: no field twice, nothing nested, nothing after it, at most 32
/// fields.
class SecretObject {
 public:
  /// kInvalid ("access-not-readable"); the detail holds nothing of the text.
  static Result<SecretObject> parse(std::string_view json);

  /// Takes the field out. Nothing when it is not there or of the other type.
  std::optional<Secret> take_text(std::string_view name);
  std::optional<std::int64_t> take_integer(std::string_view name);
  bool has(std::string_view name) const;
  /// Whether all fields were taken.
  bool empty() const { return fields_.empty(); }

 private:
  struct Field {
    std::string name;
    std::optional<Secret> text;
    std::int64_t integer = 0;
  };
  friend class SecretObjectParser;
  std::vector<Field>::iterator find(std::string_view name);
  std::vector<Field> fields_;
};

}  // namespace rescue::seal
