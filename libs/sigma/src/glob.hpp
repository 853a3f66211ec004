#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rescue::sigma {

/// A text of a rule with its wildcards. `*` stands for any bytes, `?` for one character, a dash made by
/// windash() for any of the signs that start an option on Windows.
class Glob {
 public:
  /// As written in a rule: a backslash takes the meaning off `*`, `?` and another backslash, and stands for
  /// itself elsewhere (Sigma specification 2.1, "Escaping").
  static Glob parse(std::string_view text);
  /// Every byte stands for itself.
  static Glob plain(std::string text);

  Glob& any_before();
  Glob& any_after();
  /// Every `-` or `/` that begins a word may be any of `-`, `/`, en dash, em dash and horizontal bar.
  Glob& windash();
  /// From now on the case of letters does not matter.
  Glob& fold();

  /// The whole of `text`; `small` is the same in small letters. Takes a time that grows with the product of
  /// both lengths at most.
  bool matches(std::string_view text, std::string_view small) const;
  bool matches(std::string_view text) const;
  /// The longest piece without wildcards: stands in every text that matches.
  std::string_view longest_piece() const;
  bool has_wildcards() const;
  /// The text of one without wildcards.
  std::string text() const;

 private:
  enum class Kind : unsigned char { kText, kAnyOne, kAnyRun, kDash };
  struct Part {
    Kind kind;
    std::string text;
  };
  void add(Kind kind) { parts_.push_back({kind, {}}); }
  void add_byte(char c);
  /// How much of the beginning of `text` the part takes; npos: it does not match there.
  static std::size_t taken(const Part& part, std::string_view text);
  /// Where the part may begin at the earliest, from `at` on; npos: nowhere.
  static std::size_t next_place(const Part& part, std::string_view text, std::size_t at);

  std::vector<Part> parts_;
  bool folded_ = false;
};

/// A to Z made small; other bytes as they are.
char lower(char c);
std::string lower(std::string_view text);

}  // namespace rescue::sigma
