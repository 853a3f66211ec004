#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "rescue/base/result.hpp"

namespace rescue::sigma {

/// A regular expression that takes a time in proportion to the text, whatever both are (RE2). Thread-safe.
class Regex {
 public:
  struct Flags {
    bool ignore_case = false, multi_line = false, dot_all = false;
  };
  /// kInvalid with the reason: what RE2 does not know (looking ahead or behind, back references) or too
  /// large.
  static Result<Regex> compile(const std::string& pattern, const Flags& flags);
  /// Anywhere in the text.
  bool found_in(std::string_view text) const;

 private:
  struct Program;
  explicit Regex(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

}  // namespace rescue::sigma
