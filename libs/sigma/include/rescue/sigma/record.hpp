#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::sigma {

/// One event as rules see it: fields, each with one value or several, and the lines that keywords are looked
/// for in. Views point to what the caller owns, or to texts it gave to keep(). Not thread-safe.
class Record {
 public:
  void add(std::string_view field, std::string_view value) { fields_.emplace_back(field, value); }
  void add_line(std::string_view line) { lines_.emplace_back("", line); }
  /// Holds a made-up text until clear().
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }
  void clear();

  struct Field {
    Field(std::string_view field, std::string_view text) : name(field), value(text) {}
    std::string_view name, value;
    /// The value with A to Z made small, once for all rules that ask.
    std::string_view small() const;

   private:
    mutable std::optional<std::string> small_;
  };
  const std::vector<Field>& fields() const { return fields_; }
  const std::vector<Field>& lines() const { return lines_; }
  /// The first value, "" where there is none.
  std::string_view value(std::string_view field) const;
  bool has(std::string_view field) const;

 private:
  std::vector<Field> fields_;
  std::vector<Field> lines_;  ///< without names
  std::deque<std::string> kept_;
};

}  // namespace rescue::sigma
