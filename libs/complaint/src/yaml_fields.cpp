#include "yaml_fields.hpp"

#include <algorithm>

#include "rescue/base/ascii.hpp"

namespace rescue::complaint {
namespace {

constexpr std::size_t kFieldsMax = 200;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

/// `'it''s'` and `"a \" b"`; `rest` is what stands behind.
std::optional<std::string> quoted(std::string_view text, std::string_view& rest) {
  const char quote = text.front();
  std::string out;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      // Of the escapes only those of a character for itself.
      if (at + 1 == text.size() || (text[at + 1] != '"' && text[at + 1] != '\\' && text[at + 1] != '/'))
        return std::nullopt;
      out += text[++at];
    } else if (text[at] != quote) {
      out += text[at];
    } else if (quote == '\'' && at + 1 < text.size() && text[at + 1] == quote) {
      out += text[++at];
    } else {
      rest = trimmed(text.substr(at + 1));
      return out;
    }
  }
  return std::nullopt;
}

std::optional<std::string> scalar(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.front() == '#') return std::string();
  if (text.front() == '"' || text.front() == '\'') {
    std::string_view rest;
    auto out = quoted(text, rest);
    if (out && !rest.empty() && rest.front() != '#') return std::nullopt;
    return out;
  }
  if (std::string_view("[{&*!|>%@`").find(text.front()) != std::string_view::npos) return std::nullopt;
  const auto comment = text.find(" #");
  return std::string(trimmed(text.substr(0, comment)));
}

}  // namespace

bool YamlFields::add_line(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t' || line.front() == '-' || fields_.size() == kFieldsMax)
    return false;
  std::string name;
  std::string_view rest = line;
  if (line.front() == '"' || line.front() == '\'') {
    auto key = quoted(line, rest);
    if (!key || !rest.starts_with(':')) return false;
    name = *std::move(key);
    rest.remove_prefix(1);
  } else {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    name = std::string(trimmed(line.substr(0, colon)));
    rest = line.substr(colon + 1);
    if (!rest.empty() && rest.front() != ' ' && rest.front() != '\t') return false;
  }
  auto value = scalar(rest);
  // A name that comes twice says two things.
  return value && fields_.emplace(lower_ascii(name), *std::move(value)).second;
}

std::optional<YamlFields> YamlFields::read(std::string_view yaml) {
  YamlFields out;
  bool begun = false;
  while (!yaml.empty()) {
    const auto end = std::min(yaml.find('\n'), yaml.size());
    auto line = yaml.substr(0, end);
    yaml.remove_prefix(std::min(end + 1, yaml.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trimmed(line).empty() || line.starts_with('#') || line.starts_with('%')) continue;
    if (trimmed(line) == "..." || (trimmed(line) == "---" && begun)) break;
    const bool opens = trimmed(line) == "---";
    begun = true;
    if (!opens && !out.add_line(line)) return std::nullopt;
  }
  if (out.fields_.empty()) return std::nullopt;
  return out;
}

std::string YamlFields::text(std::string_view name) const {
  const auto it = fields_.find(name);
  return it == fields_.end() ? std::string() : it->second;
}

}  // namespace rescue::complaint
