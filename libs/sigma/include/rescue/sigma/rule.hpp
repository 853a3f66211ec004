#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rescue::sigma {

struct Detection;

enum class Level : std::uint8_t { kInformational, kLow, kMedium, kHigh, kCritical };

/// What a rule says of itself.
struct About {
  std::string file;  ///< of the folder that was loaded
  std::string id;    ///< a UUID in small letters, "" where it has none
  std::string name;  ///< by which correlations may name it
  std::string title;
  std::string description;
  std::string status;
  Level level = Level::kMedium;
  std::vector<std::string> attack_ids;  ///< "T1110.001", out of the tags
  std::vector<std::string> false_positives;
};

/// Which logs a rule is for; small letters, "" where it does not say.
struct LogSource {
  std::string product, category, service;
};

/// A rule that looks at one event.
struct Rule {
  About about;
  LogSource source;
  std::shared_ptr<const Detection> detection;
  std::vector<std::string> fields;  ///< those it asks for, without keywords
  bool tells = true;                ///< false: only correlations count what it finds
};

/// A rule over what other rules find.
struct Correlation {
  enum class Type : std::uint8_t { kEventCount, kValueCount, kTemporal, kTemporalOrdered };
  struct Bound {
    enum class Way : std::uint8_t { kGreater, kGreaterOrEqual, kLess, kLessOrEqual, kEqual, kNotEqual };
    Way way = Way::kGreaterOrEqual;
    double number = 1;
    bool holds(double value) const;
  };
  /// A rule or, where `correlation`, another correlation, by its number.
  struct Part {
    bool correlation = false;
    std::uint32_t number = 0;
    std::vector<std::string> group_fields;  ///< what `group_by` is called there
  };

  About about;
  Type type = Type::kEventCount;
  std::vector<Part> parts;
  std::vector<std::string> group_by;
  std::string value_field;  ///< kValueCount
  std::vector<Bound> bounds;
  std::int64_t span_us = 0;
  bool tells = true;
};

}  // namespace rescue::sigma
