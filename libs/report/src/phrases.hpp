#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "rescue/base/json.hpp"
#include "rescue/report/customer_report.hpp"

namespace rescue::report {

/// What fills a `{name}` of a phrase.
using Fill = std::pair<std::string_view, std::string_view>;

/// The report's wording in one language: data/ja.json and data/en.json, which have the same keys. Immutable,
/// thread-safe.
class Phrases {
 public:
  static const Phrases& of(Language language);

  /// The phrase at `key` ("headline.intrusion_known"); `{name}` is replaced by its fill. Where the data holds
  /// several wordings, the first one whose names all have a non-empty fill, else the last. Throws
  /// std::logic_error for an unknown key: the data is part of the program.
  std::string say(std::string_view key, std::initializer_list<Fill> fills = {}) const;
  bool has(std::string_view key) const;
  const Json& data() const { return data_; }

 private:
  explicit Phrases(std::string_view file);
  const Json* find(std::string_view key) const;
  Json data_;
};

/// The same phrase in both languages: {"ja": …, "en": …}.
Json both(std::string_view key, std::initializer_list<Fill> fills = {});

/// An embedded data file by name ("data/page.css"). Throws std::logic_error when it is not there.
std::string_view embedded_text(std::string_view name);

}  // namespace rescue::report
