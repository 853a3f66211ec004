#include "notices/texts.hpp"

#include <stdexcept>

#include "embedded.hpp"

namespace rescue::workflow {
namespace {

constexpr std::size_t kSubjectBytesMax = 200;

const Json& templates() {
  static const Json data = embedded_json("data/notices.json");
  return data;
}

/// The characters that begin at `at` and must not reach a reader: control characters, C1 controls, and marks
/// that turn the direction of writing (U+200E, U+200F, U+202A–U+202E, U+2066–U+2069). 0: none.
std::size_t unwanted_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  if (byte(0) < 0x20 || byte(0) == 0x7f) return 1;
  if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) <= 0x9f) return 2;
  if (byte(0) != 0xe2) return 0;
  const bool marks =
      byte(1) == 0x80 && (byte(2) == 0x8e || byte(2) == 0x8f || (byte(2) >= 0xaa && byte(2) <= 0xae));
  const bool isolates = byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9;
  return marks || isolates ? 3 : 0;
}

std::string cleaned(std::string_view text, bool keep_lines) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto unwanted = unwanted_at(text, at);
    if (unwanted == 0) {
      out += text[at++];
      continue;
    }
    if (text[at] == '\n' || text[at] == '\t') out += keep_lines ? text[at] : ' ';
    at += unwanted;
  }
  return out;
}

std::string cut(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  auto end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end);
}

std::string fact_text(const Json& facts, const std::string& name, const std::string& language) {
  const auto fact = facts.find(name);
  if (fact == facts.end()) throw std::runtime_error("a notice's template has a mark without a fact: " + name);
  const Json& value = fact->is_object() ? fact->at(language) : *fact;
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

std::string filled(std::string_view text, const Json& facts, const std::string& language) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto end = text.find('}', open);
    if (end == std::string_view::npos)
      throw std::runtime_error("a notice's template has a mark without an end");
    out += fact_text(facts, std::string(text.substr(open + 1, end - open - 1)), language);
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace

Json notice_texts(const std::string& kind, const Json& facts) {
  const auto& kinds = templates().at("kinds");
  if (!kinds.contains(kind)) throw std::runtime_error("there is no template for the notice " + kind);
  Json out{{"version", templates().at("version")}};
  for (const std::string language : {"ja", "en"}) {
    const auto& words = kinds.at(kind).at(language);
    std::string text;
    for (const auto& line : words.at("text")) text += filled(line.get<std::string>(), facts, language) + "\n";
    const auto subject = filled(words.at("subject").get<std::string>(), facts, language);
    out[language] = {{"subject", cut(cleaned(subject, false), kSubjectBytesMax)},
                     {"text", cleaned(text, true)}};
  }
  return out;
}

std::vector<std::string> notice_kinds() {
  std::vector<std::string> out;
  for (const auto& item : templates().at("kinds").items()) out.push_back(item.key());
  return out;
}

Json work_item_words(const std::string& work_item) {
  const auto& words = templates().at("words");
  return words.contains(work_item) ? words.at(work_item) : Json{{"ja", work_item}, {"en", work_item}};
}

std::string with_thousands(std::int64_t number) {
  auto out = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (auto at = out.size(); at > first + 3;) out.insert(at -= 3, ",");
  return out;
}

}  // namespace rescue::workflow
