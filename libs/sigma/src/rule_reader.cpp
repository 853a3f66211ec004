#include "rule_reader.hpp"

#include <algorithm>

#include "glob.hpp"

namespace rescue::sigma {
namespace {

constexpr std::size_t kMostTextBytes = 4000;

std::string text(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>().substr(0, kMostTextBytes)
                                               : std::string();
}

std::vector<std::string> texts(const Json& object, const char* key) {
  constexpr std::size_t kMost = 50;
  std::vector<std::string> out;
  const auto at = object.find(key);
  if (at == object.end()) return out;
  const Json list = at->is_array() ? *at : Json::array({*at});
  for (const auto& item : list) {
    if (item.is_string() && out.size() < kMost)
      out.push_back(item.get<std::string>().substr(0, kMostTextBytes));
  }
  return out;
}

/// "attack.t1110.001" → "T1110.001"; "" for other tags.
std::string technique_of(const std::string& tag) {
  constexpr std::string_view kPrefix = "attack.t";
  const auto small = lower(tag);
  if (!small.starts_with(kPrefix)) return {};
  const auto number = small.substr(kPrefix.size());
  const auto digits = [&](std::size_t from, std::size_t count) {
    return number.size() >= from + count &&
           std::all_of(number.begin() + static_cast<std::ptrdiff_t>(from),
                       number.begin() + static_cast<std::ptrdiff_t>(from + count),
                       [](char c) { return c >= '0' && c <= '9'; });
  };
  const bool technique = number.size() == 4 && digits(0, 4);
  const bool part = number.size() == 8 && digits(0, 4) && number[4] == '.' && digits(5, 3);
  return technique || part ? "T" + number : std::string();
}

Level level_of(const std::string& name) {
  if (name == "informational") return Level::kInformational;
  if (name == "low") return Level::kLow;
  if (name == "high") return Level::kHigh;
  return name == "critical" ? Level::kCritical : Level::kMedium;
}

}  // namespace

Result<About> read_about(const std::string& file, const Json& document) {
  About about;
  about.file = file;
  about.title = text(document, "title").substr(0, 256);
  if (about.title.empty()) return fail(ErrorCode::kInvalid, "unusable-rule", "it has no title");
  about.id = lower(text(document, "id"));
  about.name = text(document, "name");
  about.description = text(document, "description");
  about.status = text(document, "status");
  about.level = level_of(lower(text(document, "level")));
  about.false_positives = texts(document, "falsepositives");
  for (const auto& tag : texts(document, "tags")) {
    auto id = technique_of(tag);
    const bool known =
        std::find(about.attack_ids.begin(), about.attack_ids.end(), id) != about.attack_ids.end();
    if (!id.empty() && !known) about.attack_ids.push_back(std::move(id));
  }
  return about;
}

LogSource read_source(const Json& document) {
  LogSource source;
  const auto at = document.find("logsource");
  if (at == document.end() || !at->is_object()) return source;
  source.product = lower(text(*at, "product"));
  source.category = lower(text(*at, "category"));
  source.service = lower(text(*at, "service"));
  return source;
}

}  // namespace rescue::sigma
