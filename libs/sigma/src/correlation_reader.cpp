#include "correlation_reader.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>

namespace rescue::sigma {
namespace {

constexpr std::size_t kMostParts = 100;

tl::unexpected<Error> wrong(const std::string& why) {
  return fail(ErrorCode::kInvalid, "unusable-rule", "correlation: " + why);
}

std::optional<Correlation::Bound::Way> way_of(std::string_view name) {
  using enum Correlation::Bound::Way;
  constexpr std::pair<std::string_view, Correlation::Bound::Way> kWays[] = {
      {"gt", kGreater},      {"gte", kGreaterOrEqual}, {"lt", kLess},
      {"lte", kLessOrEqual}, {"eq", kEqual},           {"neq", kNotEqual}};
  const auto at =
      std::find_if(std::begin(kWays), std::end(kWays), [&](const auto& w) { return w.first == name; });
  return at == std::end(kWays) ? std::nullopt : std::optional(at->second);
}

Result<std::vector<std::string>> texts(const Json& object, const char* key) {
  std::vector<std::string> out;
  const auto at = object.find(key);
  if (at == object.end() || at->is_null()) return out;
  const Json list = at->is_array() ? *at : Json::array({*at});
  for (const auto& item : list) {
    if (!item.is_string() || out.size() >= kMostParts)
      return wrong(std::string(key) + " is no list of names");
    out.push_back(item.get<std::string>());
  }
  return out;
}

Result<Correlation::Type> type_of(const Json& text) {
  using enum Correlation::Type;
  const auto name = text.value("type", Json());
  if (name == "event_count") return kEventCount;
  if (name == "value_count") return kValueCount;
  if (name == "temporal") return kTemporal;
  if (name == "temporal_ordered") return kTemporalOrdered;
  return wrong("the type " + (name.is_string() ? "\"" + name.get<std::string>() + "\"" : "") +
               " is not supported");
}

/// {"gte": "10", "field": "User"}
Status read_bounds(const Json& condition, Correlation& out) {
  if (!condition.is_object()) return wrong("the condition is no map");
  for (const auto& [key, value] : condition.items()) {
    if (!value.is_string()) return wrong("the condition's " + key + " is no text");
    const auto& text = value.get_ref<const std::string&>();
    if (key == "field") {
      out.value_field = text;
      continue;
    }
    const auto way = way_of(key);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!way || error != std::errc() || end != text.data() + text.size())
      return wrong("the condition \"" + key + ": " + text + "\" is not supported");
    out.bounds.push_back({*way, number});
  }
  return {};
}

Result<std::map<std::string, std::map<std::string, std::string>>> read_aliases(const Json& text) {
  std::map<std::string, std::map<std::string, std::string>> out;
  if (text.is_null()) return out;
  if (!text.is_object()) return wrong("aliases are no map");
  for (const auto& [alias, by_rule] : text.items()) {
    if (!by_rule.is_object()) return wrong("the alias " + alias + " is no map");
    for (const auto& [rule, field] : by_rule.items()) {
      if (!field.is_string()) return wrong("the alias " + alias + " has no field");
      out[alias][rule] = field.get<std::string>();
    }
  }
  return out;
}

}  // namespace

std::optional<std::int64_t> parse_span(std::string_view text) {
  if (text.size() < 2 || text.size() > 8) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size() - 1, number);
  if (error != std::errc() || end != text.data() + text.size() - 1 || number < 1) return std::nullopt;
  constexpr std::pair<char, std::int64_t> kUnits[] = {
      {'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}, {'M', 2'592'000}, {'y', 31'536'000}};
  const auto unit = std::find_if(std::begin(kUnits), std::end(kUnits),
                                 [&](const auto& u) { return u.first == text.back(); });
  if (unit == std::end(kUnits)) return std::nullopt;
  return number * unit->second * 1'000'000;
}

bool Correlation::Bound::holds(double value) const {
  switch (way) {
    case Way::kGreater:
      return value > number;
    case Way::kGreaterOrEqual:
      return value >= number;
    case Way::kLess:
      return value < number;
    case Way::kLessOrEqual:
      return value <= number;
    case Way::kEqual:
      return value == number;
    case Way::kNotEqual:
      return value != number;
  }
  return false;
}

Result<Untied> read_correlation(const About& about, const Json& text) {
  if (!text.is_object()) return wrong("it is no map");
  Untied out;
  out.correlation.about = about;
  RESCUE_ASSIGN(out.correlation.type, type_of(text));
  RESCUE_ASSIGN(out.names, texts(text, "rules"));
  if (out.names.empty()) return wrong("it names no rules");
  RESCUE_ASSIGN(out.correlation.group_by, texts(text, "group-by"));
  const auto span = text.value("timespan", Json());
  const auto span_us = span.is_string() ? parse_span(span.get_ref<const std::string&>()) : std::nullopt;
  if (!span_us) return wrong("its timespan is missing or of no known unit");
  out.correlation.span_us = *span_us;
  RESCUE_ASSIGN(out.aliases, read_aliases(text.value("aliases", Json())));
  out.generate = text.value("generate", Json()) == "true";
  if (text.contains("condition")) RESCUE_TRY(read_bounds(text.at("condition"), out.correlation));
  const bool counts = out.correlation.type == Correlation::Type::kEventCount ||
                      out.correlation.type == Correlation::Type::kValueCount;
  if (counts && out.correlation.bounds.empty()) return wrong("it says not how many");
  if (out.correlation.type == Correlation::Type::kValueCount && out.correlation.value_field.empty())
    return wrong("value_count says not of which field");
  return out;
}

Result<Correlation> counting_of(const About& about, const Aggregation& aggregation, const Json& timeframe) {
  Correlation out;
  out.about = about;
  out.type = aggregation.field.empty() ? Correlation::Type::kEventCount : Correlation::Type::kValueCount;
  out.value_field = aggregation.field;
  out.group_by = aggregation.group_by;
  out.bounds.push_back(
      {way_of(aggregation.way).value_or(Correlation::Bound::Way::kEqual), aggregation.number});
  out.span_us = std::numeric_limits<std::int64_t>::max() / 4;  // where it says none: whenever
  if (!timeframe.is_null()) {
    const auto span =
        timeframe.is_string() ? parse_span(timeframe.get_ref<const std::string&>()) : std::nullopt;
    if (!span) return wrong("its timeframe is of no known unit");
    out.span_us = *span;
  }
  return out;
}

}  // namespace rescue::sigma
