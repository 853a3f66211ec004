#include "php_value.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "php_decoders.hpp"

namespace rescue::detect {
namespace {

constexpr std::size_t kMostBytes = 4 << 20;

using Arguments = std::vector<PhpValue>;

std::optional<std::int64_t> number_of(const PhpValue& value) {
  if (!value.text) return std::nullopt;
  std::int64_t number = 0;
  const auto& text = *value.text;
  int base = 10;
  std::size_t start = 0;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    start = 2;
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
    start = 1;
  }
  const auto [end, error] = std::from_chars(text.data() + start, text.data() + text.size(), number, base);
  if (error != std::errc() && base == 10) return std::nullopt;
  return number;
}

std::string text_at(const Arguments& arguments, std::size_t index) {
  return index < arguments.size() && arguments[index].text ? *arguments[index].text : "";
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}
std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

std::string replace_all(const std::string& text, const std::string& what, const std::string& by) {
  if (what.empty()) return text;
  std::string out;
  std::size_t at = 0;
  for (;;) {
    const auto next = text.find(what, at);
    out.append(text, at, next == text.npos ? text.npos : next - at);
    if (next == text.npos || out.size() > kMostBytes) return out;
    out += by;
    at = next + what.size();
  }
}

std::string trimmed(const std::string& text) {
  constexpr std::string_view kBlanks(" \t\n\r\0\x0b", 6);
  const auto first = text.find_first_not_of(kBlanks);
  return first == text.npos ? "" : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::optional<PhpValue> substring(const Arguments& a) {
  const auto text = text_at(a, 0);
  const auto size = static_cast<std::int64_t>(text.size());
  auto from = a.size() > 1 ? number_of(a[1]).value_or(0) : 0;
  from = from < 0 ? std::max<std::int64_t>(0, size + from) : std::min(from, size);
  auto length = a.size() > 2 ? number_of(a[2]).value_or(size) : size;
  length = length < 0 ? std::max<std::int64_t>(0, size - from + length) : std::min(length, size - from);
  return PhpValue::constant(text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(length)));
}

std::optional<PhpValue> replaced(const Arguments& a) {
  if (a.size() < 3) return std::nullopt;
  auto text = text_at(a, 2);
  if (a[0].elements) {
    for (const auto& [key, what] : *a[0].elements) {
      const auto by = a[1].elements ? a[1].element(PhpValue::constant(key)).text.value_or("") : text_at(a, 1);
      if (!what.text) return std::nullopt;
      text = replace_all(text, *what.text, by);
    }
    return PhpValue::constant(text);
  }
  return PhpValue::constant(replace_all(text, text_at(a, 0), text_at(a, 1)));
}

std::optional<PhpValue> translated(const Arguments& a) {
  auto text = text_at(a, 0);
  if (a.size() == 2 && a[1].elements) {
    for (const auto& [what, by] : *a[1].elements) text = replace_all(text, what, by.text.value_or(""));
    return PhpValue::constant(text);
  }
  const auto from = text_at(a, 1), to = text_at(a, 2);
  for (auto& c : text) {
    const auto at = from.rfind(c);
    if (at != from.npos && at < to.size()) c = to[at];
  }
  return PhpValue::constant(text);
}

std::optional<PhpValue> joined(const Arguments& a) {
  const bool alone = a.size() == 1;
  const auto& list = alone || a[0].elements ? a[0] : a[1];
  const auto glue = alone ? "" : text_at(a, a[0].elements ? 1 : 0);
  if (!list.elements) return std::nullopt;
  // Elements are kept by key as text; implode wants their order.
  std::vector<std::pair<std::int64_t, std::string>> parts;
  for (const auto& [key, value] : *list.elements) {
    if (!value.text) return std::nullopt;
    parts.emplace_back(number_of(PhpValue::constant(key)).value_or(0), *value.text);
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& x, const auto& y) { return x.first < y.first; });
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i > 0 ? glue : "") + parts[i].second;
  return PhpValue::constant(out);
}

std::optional<PhpValue> split(const Arguments& a) {
  const auto glue = text_at(a, 0), text = text_at(a, 1);
  constexpr std::size_t kMostParts = 4096;
  PhpValue out;
  std::size_t at = 0;
  for (std::size_t i = 0; !glue.empty() && i < kMostParts; ++i) {
    const auto next = text.find(glue, at);
    out.put(std::to_string(i),
            PhpValue::constant(text.substr(at, next == text.npos ? text.npos : next - at)));
    if (next == text.npos) return out;
    at = next + glue.size();
  }
  return std::nullopt;
}

std::optional<PhpValue> packed(const Arguments& a) {
  const auto format = text_at(a, 0);
  if (format == "H*") return PhpValue::constant(from_hex(text_at(a, 1)));
  if (format != "C*" && format != "c*") return std::nullopt;
  std::string out;
  for (std::size_t i = 1; i < a.size(); ++i) out += static_cast<char>(number_of(a[i]).value_or(0));
  return PhpValue::constant(out);
}

std::optional<PhpValue> reversed(const Arguments& a) {
  auto text = text_at(a, 0);
  std::reverse(text.begin(), text.end());
  return PhpValue::constant(text);
}

using Function = std::optional<PhpValue> (*)(const Arguments&);

template <std::string (*F)(const std::string&)>
std::optional<PhpValue> on_text(const Arguments& a) {
  return PhpValue::constant(F(text_at(a, 0)));
}

std::string identity(const std::string& text) {
  return text;
}
std::string lowered(const std::string& text) {
  return lower(text);
}
std::string uppered(const std::string& text) {
  return upper(text);
}
std::string first_upper(const std::string& text) {
  return text.empty() ? text : upper(text.substr(0, 1)) + text.substr(1);
}
std::string first_lower(const std::string& text) {
  return text.empty() ? text : lower(text.substr(0, 1)) + text.substr(1);
}

template <int Base>
std::optional<PhpValue> number_in(const Arguments& a) {
  const auto text = text_at(a, 0);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, Base);
  return PhpValue::constant(std::to_string(number));
}

struct Known {
  PhpPassing passing;
  Function constant = nullptr;
};

using enum PhpPassing;

/// Functions of PHP's own that matter here. What is not listed is unknown and passes nothing on.
const std::unordered_map<std::string_view, Known> kFunctions = {
    {"base64_decode", {kDecodes, on_text<decode_base64>}},
    {"gzinflate", {kDecodes, on_text<inflate_raw>}},
    {"gzuncompress", {kDecodes, on_text<inflate_any>}},
    {"gzdecode", {kDecodes, on_text<inflate_any>}},
    {"zlib_decode", {kDecodes, on_text<inflate_any>}},
    {"str_rot13", {kDecodes, on_text<rot13>}},
    {"convert_uudecode", {kDecodes, on_text<decode_uu>}},
    {"hex2bin", {kDecodes, on_text<from_hex>}},
    {"strrev", {kDecodes, reversed}},
    {"urldecode", {kDecodes, on_text<decode_url>}},
    {"rawurldecode", {kDecodes, on_text<decode_url>}},
    {"pack", {kDecodes, packed}},
    {"chr",
     {kDecodes,
      [](const Arguments& a) -> std::optional<PhpValue> {
        const auto n = a.empty() ? std::nullopt : number_of(a[0]);
        return n ? std::optional(PhpValue::constant(std::string(1, static_cast<char>(*n)))) : std::nullopt;
      }}},
    {"ord",
     {kPasses,
      [](const Arguments& a) -> std::optional<PhpValue> {
        const auto text = text_at(a, 0);
        const int value = text.empty() ? 0 : static_cast<unsigned char>(text[0]);
        return PhpValue::constant(std::to_string(value));
      }}},
    {"strlen",
     {kCleans,
      [](const Arguments& a) -> std::optional<PhpValue> {
        return PhpValue::constant(std::to_string(text_at(a, 0).size()));
      }}},
    {"hexdec", {kPasses, number_in<16>}},
    {"octdec", {kPasses, number_in<8>}},
    {"bindec", {kPasses, number_in<2>}},
    {"substr", {kPasses, substring}},
    {"str_replace", {kPasses, replaced}},
    {"str_ireplace", {kPasses, replaced}},
    {"strtr", {kPasses, translated}},
    {"mb_substr", {kPasses, substring}},
    {"implode", {kPasses, joined}},
    {"join", {kPasses, joined}},
    {"explode", {kPasses, split}},
    {"strtolower", {kPasses, on_text<lowered>}},
    {"strtoupper", {kPasses, on_text<uppered>}},
    {"ucfirst", {kPasses, on_text<first_upper>}},
    {"lcfirst", {kPasses, on_text<first_lower>}},
    {"trim", {kPasses, on_text<trimmed>}},
    {"rtrim", {kPasses, on_text<identity>}},
    {"ltrim", {kPasses, on_text<identity>}},
    {"stripslashes", {kPasses, on_text<identity>}},
    {"bin2hex", {kPasses}},
    {"strval", {kPasses, on_text<identity>}},
    {"sprintf", {kPasses}},
    {"vsprintf", {kPasses}},
    {"stripcslashes", {kPasses}},
    {"addslashes", {kPasses}},
    {"nl2br", {kPasses}},
    {"html_entity_decode", {kPasses}},
    {"htmlspecialchars_decode", {kPasses}},
    {"preg_replace", {kPasses}},
    {"preg_split", {kPasses}},
    {"str_split", {kPasses}},
    {"str_pad", {kPasses}},
    {"str_repeat", {kPasses}},
    {"substr_replace", {kPasses}},
    {"strstr", {kPasses}},
    {"strrchr", {kPasses}},
    {"iconv", {kPasses}},
    {"mb_convert_encoding", {kPasses}},
    {"utf8_decode", {kPasses}},
    {"json_decode", {kPasses}},
    {"unserialize", {kPasses}},
    {"unpack", {kPasses}},
    {"openssl_decrypt", {kPasses}},
    {"mcrypt_decrypt", {kPasses}},
    {"array_pop", {kPasses}},
    {"array_shift", {kPasses}},
    {"array_values", {kPasses}},
    {"array_keys", {kPasses}},
    {"array_merge", {kPasses}},
    {"array_reverse", {kPasses}},
    {"array_slice", {kPasses}},
    {"array_filter", {kPasses}},
    {"array_combine", {kPasses}},
    {"array_flip", {kPasses}},
    {"array_map", {kPasses}},
    {"end", {kPasses}},
    {"reset", {kPasses}},
    {"current", {kPasses}},
    {"pos", {kPasses}},
    {"key", {kPasses}},
    {"next", {kPasses}},
    {"fopen", {kPasses}},
    {"fread", {kPasses}},
    {"fgets", {kPasses}},
    {"stream_get_contents", {kPasses}},
    {"file_get_contents", {kPasses}},
    {"file", {kPasses}},
    {"escapeshellarg", {kCleans}},
    {"escapeshellcmd", {kCleans}},
    {"basename", {kCleans}},
    {"intval", {kCleans}},
    {"floatval", {kCleans}},
    {"md5", {kCleans}},
    {"sha1", {kCleans}},
    {"crc32", {kCleans}},
    {"hash", {kCleans}},
    {"count", {kCleans}},
    {"isset", {kCleans}},
    {"empty", {kCleans}},
    {"in_array", {kCleans}},
    {"preg_match", {kCleans}},
    {"preg_quote", {kCleans}},
    {"strpos", {kCleans}},
    {"strcmp", {kCleans}},
    {"htmlspecialchars", {kCleans}},
    {"file_exists", {kCleans}},
    {"is_file", {kCleans}},
    {"function_exists", {kCleans}},
};

}  // namespace

std::size_t PhpValue::put(const std::string& key, PhpValue value) {
  constexpr std::size_t kMostElements = 4096, kNodeBytes = 200;
  constexpr std::uint8_t kMostNesting = 4;
  if (value.nesting >= kMostNesting) value = from(value.all_taint());
  inside |= value.all_taint();
  nesting = std::max<std::uint8_t>(nesting, static_cast<std::uint8_t>(value.nesting + 1));
  std::size_t copied = value.text ? value.text->size() : 0;
  if (elements && elements->size() >= kMostElements && !elements->contains(key)) {
    taint |= value.all_taint() & ~kLeads;
    return 0;
  }
  if (!elements) {
    elements = std::make_shared<const Elements>();
  } else if (elements.use_count() > 1) {
    for (const auto& [name, element] : *elements)
      copied += kNodeBytes + (element.text ? element.text->size() : 0);
    elements = std::make_shared<const Elements>(*elements);
  }
  // Ours alone now: nobody else sees it change.
  std::const_pointer_cast<Elements>(elements)->insert_or_assign(key, std::move(value));
  return copied;
}

PhpValue PhpValue::merged(const PhpValue& left, const PhpValue& right) {
  PhpValue out = left;
  out.text.reset();
  out.taint |= right.taint;
  if (!right.elements) return out;
  for (const auto& [key, value] : *right.elements) {
    auto both = value;
    if (out.elements) {
      const auto at = out.elements->find(key);
      if (at != out.elements->end()) both.taint |= at->second.all_taint();
    }
    out.put(key, std::move(both));
  }
  return out;
}

PhpValue PhpValue::element(const PhpValue& key) const {
  if (elements && key.text) {
    const auto at = elements->find(*key.text);
    if (at != elements->end()) return at->second;
  }
  if (text && key.text) {
    const auto index = number_of(key);
    if (index) {
      const auto size = static_cast<std::int64_t>(text->size());
      const auto at = *index < 0 ? size + *index : *index;
      if (at >= 0 && at < size) {
        auto out = constant(std::string(1, (*text)[static_cast<std::size_t>(at)]));
        out.taint = taint | kJoined;
        return out;
      }
    }
  }
  return from(elements && !key.text ? all_taint() : taint);
}

std::optional<PhpValue> call_constant(std::string_view function, const Arguments& arguments) {
  const auto at = kFunctions.find(function);
  if (at == kFunctions.end() || at->second.constant == nullptr || arguments.empty()) return std::nullopt;
  PhpTaint taint = 0;
  for (const auto& argument : arguments) {
    if (!argument.text && !argument.elements) return std::nullopt;
    if (argument.text && argument.text->size() > kMostBytes) return std::nullopt;
    taint |= argument.all_taint();
  }
  auto out = at->second.constant(arguments);
  if (!out || (out->text && out->text->size() > kMostBytes)) return std::nullopt;
  out->taint |= taint | (at->second.passing == PhpPassing::kDecodes ? kFromDecoded : 0);
  return out;
}

PhpPassing passing_of(std::string_view function) {
  const auto at = kFunctions.find(function);
  return at == kFunctions.end() ? PhpPassing::kUnknown : at->second.passing;
}

std::string increment_text(std::string text) {
  if (text.empty()) return "1";
  for (auto i = text.size(); i-- > 0;) {
    char& c = text[i];
    if (c != 'z' && c != 'Z' && c != '9') {
      const bool counts = (c >= 'a' && c < 'z') || (c >= 'A' && c < 'Z') || (c >= '0' && c < '9');
      if (counts) ++c;
      return text;
    }
    const char first = c == 'z' ? 'a' : c == 'Z' ? 'A' : '0';
    c = first;
    if (i == 0) text.insert(0, 1, first == '0' ? '1' : first);
  }
  return text;
}

}  // namespace rescue::detect
