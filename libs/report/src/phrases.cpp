#include "phrases.hpp"

#include <optional>
#include <span>
#include <stdexcept>

#include "rescue/base/embedded.hpp"

extern const std::span<const rescue::EmbeddedFile> kReportData;

namespace rescue::report {
namespace {

std::string_view fill_of(std::initializer_list<Fill> fills, std::string_view name) {
  for (const auto& [key, value] : fills) {
    if (key == name) return value;
  }
  return {};
}

/// Nothing when a name of `wording` has no fill and `all_needed`.
std::optional<std::string> filled(std::string_view wording, std::initializer_list<Fill> fills,
                                  bool all_needed) {
  std::string out;
  while (true) {
    const std::size_t open = wording.find('{');
    const std::size_t close = wording.find('}', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) {
      return out.append(wording);
    }
    const std::string_view value = fill_of(fills, wording.substr(open + 1, close - open - 1));
    if (value.empty() && all_needed) return std::nullopt;
    out.append(wording.substr(0, open)).append(value);
    wording.remove_prefix(close + 1);
  }
}

}  // namespace

std::string_view embedded_text(std::string_view name) {
  for (const EmbeddedFile& file : kReportData) {
    if (file.name == name) return file.bytes;
  }
  throw std::logic_error("no embedded file " + std::string(name));
}

Phrases::Phrases(std::string_view file) {
  auto parsed = parse_json(embedded_text(file));
  if (!parsed) throw std::logic_error(std::string(file) + ": " + parsed.error().detail);
  data_ = *std::move(parsed);
}

const Phrases& Phrases::of(Language language) {
  static const Phrases japanese("data/ja.json");
  static const Phrases english("data/en.json");
  return language == Language::kJapanese ? japanese : english;
}

const Json* Phrases::find(std::string_view key) const {
  const Json* at = &data_;
  while (true) {
    const std::size_t dot = key.find('.');
    if (!at->is_object()) return nullptr;
    const auto child = at->find(key.substr(0, dot));
    if (child == at->end()) return nullptr;
    at = &*child;
    if (dot == std::string_view::npos) return at;
    key.remove_prefix(dot + 1);
  }
}

bool Phrases::has(std::string_view key) const {
  const Json* found = find(key);
  return found != nullptr && (found->is_string() || found->is_array());
}

std::string Phrases::say(std::string_view key, std::initializer_list<Fill> fills) const {
  const Json* found = find(key);
  if (found != nullptr && found->is_string()) {
    return *filled(found->get_ref<const std::string&>(), fills, false);
  }
  if (found == nullptr || !found->is_array() || found->empty()) {
    throw std::logic_error("no wording for " + std::string(key));
  }
  for (const Json& wording : *found) {
    if (auto text = filled(wording.get_ref<const std::string&>(), fills, true)) return *text;
  }
  return *filled(found->back().get_ref<const std::string&>(), fills, false);
}

Json both(std::string_view key, std::initializer_list<Fill> fills) {
  return {{"ja", Phrases::of(Language::kJapanese).say(key, fills)},
          {"en", Phrases::of(Language::kEnglish).say(key, fills)}};
}

}  // namespace rescue::report
