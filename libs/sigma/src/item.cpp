#include "item.hpp"

#include <algorithm>
#include <charconv>

namespace rescue::sigma {
namespace {

bool compares(const Compare& compare, std::string_view value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) return false;
  switch (compare.way) {
    case Compare::Way::kLess:
      return number < compare.number;
    case Compare::Way::kLessOrEqual:
      return number <= compare.number;
    case Compare::Way::kGreater:
      return number > compare.number;
    case Compare::Way::kGreaterOrEqual:
      return number >= compare.number;
  }
  return false;
}

bool like_other(const OtherField& test, std::string_view value, std::string_view other) {
  const auto a = test.cased ? std::string(value) : lower(value),
             b = test.cased ? std::string(other) : lower(other);
  if (test.contains) return a.find(b) != a.npos;
  if (test.starts) return a.starts_with(b);
  if (test.ends) return a.ends_with(b);
  return a == b;
}

/// What one test says of one value of the record.
struct OfValue {
  const Record::Field& field;
  const Record& record;

  bool operator()(const Glob& glob) const { return glob.matches(field.value, field.small()); }
  bool operator()(const Regex& regex) const { return regex.found_in(field.value); }
  bool operator()(const Network& network) const { return network.holds(field.value); }
  bool operator()(const Compare& compare) const { return compares(compare, field.value); }
  bool operator()(const IsNull&) const { return field.value.empty(); }
  bool operator()(const Exists& exists) const { return exists.wanted; }
  bool operator()(const OtherField& other) const {
    const auto& fields = record.fields();
    return std::any_of(fields.begin(), fields.end(), [&](const auto& second) {
      return second.name == other.name && like_other(other, field.value, second.value);
    });
  }
};

/// What it says where the record has no such field.
bool holds_for_none(const Test& test) {
  const auto* exists = std::get_if<Exists>(&test);
  return std::holds_alternative<IsNull>(test) || (exists != nullptr && !exists->wanted);
}

bool holds_for_field(const Test& test, const std::string& name, const Record& record) {
  bool there = false;
  for (const auto& field : record.fields()) {
    if (field.name != name) continue;
    there = true;
    if (std::visit(OfValue{field, record}, test)) return true;
  }
  return !there && holds_for_none(test);
}

bool holds_for_line(const Test& test, const Record& record) {
  const auto& lines = record.lines();
  return std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
    return std::visit(OfValue{line, record}, test);
  });
}

}  // namespace

bool Item::holds(const Record& record) const {
  const auto found = [&](const Test& test) {
    return field.empty() ? holds_for_line(test, record) : holds_for_field(test, field, record);
  };
  const bool result =
      all ? std::all_of(tests.begin(), tests.end(), found) : std::any_of(tests.begin(), tests.end(), found);
  return result != negated;
}

}  // namespace rescue::sigma
