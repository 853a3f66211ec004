#include "item_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "encodings.hpp"
#include "rescue/base/base64.hpp"

namespace rescue::sigma {
namespace {

constexpr std::size_t kMostValues = 20'000;
constexpr std::size_t kMostValueBytes = 8192;

tl::unexpected<Error> wrong(const std::string& why) {
  return fail(ErrorCode::kInvalid, "unusable-rule", why);
}

/// A key taken apart.
struct Key {
  std::string field;
  std::set<std::string> modifiers;

  bool has(const char* name) const { return modifiers.contains(name); }
};

constexpr std::array<std::string_view, 27> kModifiers = {
    "contains", "startswith",   "endswith", "all",        "re",        "i",     "m",
    "s",        "cased",        "cidr",     "base64",     "wide",      "utf16", "utf16le",
    "utf16be",  "base64offset", "windash",  "exists",     "gt",        "gte",   "lt",
    "lte",      "fieldref",     "neq",      "ignorecase", "multiline", "dotall"};

Result<Key> parse_key(const std::string& text) {
  Key key;
  auto rest = std::string_view(text);
  for (bool first = true; first || !rest.empty(); first = false) {
    const auto end = std::min(rest.find('|'), rest.size());
    const auto word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (first) {
      key.field = word;
      continue;
    }
    if (word == "expand") return wrong("the modifier expand: its values are not in the rule");
    if (word.empty() || std::find(kModifiers.begin(), kModifiers.end(), word) == kModifiers.end())
      return wrong("the modifier \"" + std::string(word) + "\" is not known");
    key.modifiers.emplace(word);
  }
  return key;
}

/// What a value becomes before it is looked for: its wide form, then its base64.
std::vector<std::string> encoded(std::string text, const Key& key) {
  if (key.has("wide") || key.has("utf16le")) text = utf16(text, false);
  if (key.has("utf16be")) text = utf16(text, true);
  if (key.has("utf16")) text = "\xff\xfe" + utf16(text, false);
  if (key.has("base64")) return {encode_base64(text)};
  if (key.has("base64offset")) return base64_at_offsets(text);
  return {std::move(text)};
}

bool is_encoded(const Key& key) {
  return key.has("wide") || key.has("utf16") || key.has("utf16le") || key.has("utf16be") ||
         key.has("base64") || key.has("base64offset");
}

void shape(Glob& glob, const Key& key) {
  if (key.has("windash")) glob.windash();
  const bool anywhere = key.has("contains") || key.has("base64offset") || key.field.empty();
  if (anywhere || key.has("endswith")) glob.any_before();
  if (anywhere || key.has("startswith")) glob.any_after();
  if (!key.has("cased")) glob.fold();
}

Result<std::vector<Test>> texts(const std::string& text, const Key& key) {
  std::vector<Test> tests;
  if (is_encoded(key)) {
    if (Glob::parse(text).has_wildcards())
      return wrong("a wildcard in a value that is to be encoded: " + text);
    for (auto& form : encoded(Glob::parse(text).text(), key)) {
      auto glob = Glob::plain(std::move(form));
      shape(glob, key);
      tests.emplace_back(std::move(glob));
    }
    if (tests.empty()) return wrong("a value too short for base64offset");
    return tests;
  }
  auto glob = Glob::parse(text);
  shape(glob, key);
  tests.emplace_back(std::move(glob));
  return tests;
}

Result<double> number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return wrong("\"" + text + "\" is no number");
  return value;
}

Result<std::vector<Test>> tests_for(const Json& json, const Key& key) {
  if (json.is_null()) {
    if (key.field.empty()) return wrong("null is no keyword");
    return std::vector<Test>{IsNull{}};
  }
  if (!json.is_string()) return wrong("a value of \"" + key.field + "\" is no text");
  const auto& text = json.get_ref<const std::string&>();
  if (text.size() > kMostValueBytes) return wrong("a value over 8 KiB");
  if (key.has("exists")) {
    if (text != "true" && text != "false") return wrong("exists takes true or false");
    return std::vector<Test>{Exists{text == "true"}};
  }
  if (key.has("re")) {
    const Regex::Flags flags{.ignore_case = key.has("i") || key.has("ignorecase"),
                             .multi_line = key.has("m") || key.has("multiline"),
                             .dot_all = key.has("s") || key.has("dotall")};
    RESCUE_ASSIGN(auto regex, Regex::compile(text, flags));
    return std::vector<Test>{std::move(regex)};
  }
  if (key.has("cidr")) {
    const auto network = Network::parse(text);
    if (!network) return wrong("\"" + text + "\" is no range of addresses");
    return std::vector<Test>{*network};
  }
  if (key.has("fieldref")) {
    return std::vector<Test>{
        OtherField{text, key.has("startswith"), key.has("endswith"), key.has("contains"), key.has("cased")}};
  }
  constexpr std::pair<const char*, Compare::Way> kWays[] = {{"lt", Compare::Way::kLess},
                                                            {"lte", Compare::Way::kLessOrEqual},
                                                            {"gt", Compare::Way::kGreater},
                                                            {"gte", Compare::Way::kGreaterOrEqual}};
  for (const auto& [name, way] : kWays) {
    if (!key.has(name)) continue;
    RESCUE_ASSIGN(const auto value, number(text));
    return std::vector<Test>{Compare{way, value}};
  }
  return texts(text, key);
}

}  // namespace

Result<Item> read_item(const std::string& key_text, const Json& values) {
  RESCUE_ASSIGN(const auto key, parse_key(key_text));
  Item item{.field = key.field, .all = key.has("all"), .negated = key.has("neq"), .tests = {}};
  const Json list = values.is_array() ? values : Json::array({values});
  if (list.empty() || list.size() > kMostValues)
    return wrong("\"" + key_text + "\" has no value, or too many");
  for (const auto& value : list) {
    RESCUE_ASSIGN(auto tests, tests_for(value, key));
    // One value in several forms: with `all`, any of them will do.
    if (item.all && tests.size() > 1) return wrong("all with base64offset is not supported");
    std::move(tests.begin(), tests.end(), std::back_inserter(item.tests));
  }
  return item;
}

}  // namespace rescue::sigma
