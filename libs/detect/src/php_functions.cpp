#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "php_decoders.hpp"
#include "php_lexer.hpp"
#include "php_lists.hpp"
#include "php_value.hpp"
#include "rescue/base/ascii.hpp"

namespace rescue::detect {
namespace {

constexpr std::size_t kMostBytes = 4 << 20;

using Arguments = PhpArguments;

std::string text_at(const Arguments& arguments, std::size_t index) {
  return index < arguments.size() && arguments[index].text ? *arguments[index].text : "";
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
  auto from = a.size() > 1 ? as_number(a[1]).value_or(0) : 0;
  from = from < 0 ? std::max<std::int64_t>(0, size + from) : std::min(from, size);
  auto length = a.size() > 2 ? as_number(a[2]).value_or(size) : size;
  length = length < 0 ? std::max<std::int64_t>(0, size - from + length) : std::min(length, size - from);
  return PhpValue::constant(text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(length)));
}

std::optional<PhpValue> replaced(const Arguments& a) {
  if (a.size() < 3) return std::nullopt;
  auto text = text_at(a, 2);
  if (a[0].elements) {
    for (const auto& [key, what] : in_order(*a[0].elements)) {
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
  std::string out;
  bool first = true;
  for (const auto& [key, value] : in_order(*list.elements)) {
    if (!value.text) return std::nullopt;
    if (!std::exchange(first, false)) out += glue;
    out += *value.text;
    if (out.size() > kMostBytes) return std::nullopt;
  }
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
  if (format == "a*" || format == "A*") return PhpValue::constant(text_at(a, 1));
  if (format != "C*" && format != "c*") return std::nullopt;
  std::string out;
  for (std::size_t i = 1; i < a.size(); ++i) out += static_cast<char>(as_number(a[i]).value_or(0));
  return PhpValue::constant(out);
}

std::optional<PhpValue> reversed(const Arguments& a) {
  auto text = text_at(a, 0);
  std::reverse(text.begin(), text.end());
  return PhpValue::constant(text);
}

/// strpos and stripos: only what they are used for here, the place of a letter in an alphabet.
template <bool AnyCase>
std::optional<PhpValue> position(const Arguments& a) {
  if (a.size() != 2) return std::nullopt;
  const auto in = AnyCase ? lower_ascii(text_at(a, 0)) : text_at(a, 0),
             what = AnyCase ? lower_ascii(text_at(a, 1)) : text_at(a, 1);
  const auto at = in.find(what);
  return at == in.npos ? PhpValue::of_test(false) : PhpValue::of_number(static_cast<std::int64_t>(at));
}

template <int Base>
std::optional<PhpValue> digits_in(const Arguments& a) {
  std::array<char, 24> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), as_number(a[0]).value_or(0), Base).ptr;
  return PhpValue::constant(std::string(buffer.data(), end));
}

std::optional<PhpValue> in_base(const Arguments& a) {
  if (a.size() < 3) return std::nullopt;
  constexpr std::int64_t kLeastBase = 2, kMostBase = 36;
  const auto from = as_number(a[1]).value_or(0), to = as_number(a[2]).value_or(0);
  if (from < kLeastBase || from > kMostBase || to < kLeastBase || to > kMostBase) return std::nullopt;
  const auto text = lower_ascii(text_at(a, 0));
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, static_cast<int>(from));
  std::array<char, 72> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, static_cast<int>(to)).ptr;
  return PhpValue::constant(std::string(buffer.data(), end));
}

std::optional<PhpValue> is_number(const Arguments& a) {
  const auto text = text_at(a, 0);
  const auto digits = text.find_first_not_of("0123456789.+-") == text.npos;
  return PhpValue::of_test(digits && text.find_first_of("0123456789") != text.npos);
}

std::optional<PhpValue> whole_number(const Arguments& a) {
  return PhpValue::of_number(as_number(a[0]).value_or(0));
}

/// Only "%s" and "%c" in their order.
std::optional<PhpValue> formatted(const Arguments& a) {
  const auto format = text_at(a, 0);
  std::string out;
  std::size_t next = 1;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    const char kind = ++i < format.size() ? format[i] : '\0';
    if (kind == '%') {
      out += '%';
    } else if (kind == 's' || kind == 'd') {
      out += text_at(a, next++);
    } else if (kind == 'c' && next < a.size()) {
      out += static_cast<char>(as_number(a[next++]).value_or(0));
    } else {
      return std::nullopt;
    }
  }
  return PhpValue::constant(std::move(out));
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
  return lower_ascii(text);
}
std::string uppered(const std::string& text) {
  return upper(text);
}
std::string unescaped(const std::string& text) {
  return unescape_php(text);
}
std::string first_upper(const std::string& text) {
  return text.empty() ? text : upper(text.substr(0, 1)) + text.substr(1);
}
std::string first_lower(const std::string& text) {
  return text.empty() ? text : lower_ascii(text.substr(0, 1)) + text.substr(1);
}

template <int Base>
std::optional<PhpValue> number_in(const Arguments& a) {
  const auto text = text_at(a, 0);
  std::int64_t number = 0;
  const bool prefixed =
      text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X' || text[1] == 'b');
  std::from_chars(text.data() + (prefixed ? 2 : 0), text.data() + text.size(), number, Base);
  return PhpValue::of_number(number);
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
        const auto n = a.empty() ? std::nullopt : as_number(a[0]);
        return n ? std::optional(PhpValue::constant(std::string(1, static_cast<char>(*n)))) : std::nullopt;
      }}},
    {"ord",
     {kPasses,
      [](const Arguments& a) -> std::optional<PhpValue> {
        const auto text = text_at(a, 0);
        const int value = text.empty() ? 0 : static_cast<unsigned char>(text[0]);
        return PhpValue::of_number(value);
      }}},
    {"strlen",
     {kCleans,
      [](const Arguments& a) -> std::optional<PhpValue> {
        return PhpValue::of_number(static_cast<std::int64_t>(text_at(a, 0).size()));
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
    {"dechex", {kPasses, digits_in<16>}},
    {"decoct", {kPasses, digits_in<8>}},
    {"decbin", {kPasses, digits_in<2>}},
    {"base_convert", {kPasses, in_base}},
    {"range", {kPasses, range_of}},
    {"array_fill", {kPasses, filled}},
    {"array_diff", {kPasses, without}},
    {"mb_str_split", {kPasses, split_evenly}},
    {"mb_strtolower", {kPasses, on_text<lowered>}},
    {"quoted_printable_decode", {kDecodes}},
    {"strval", {kPasses, on_text<identity>}},
    {"sprintf", {kPasses, formatted}},
    {"stripcslashes", {kPasses, on_text<unescaped>}},
    {"str_split", {kPasses, split_evenly}},
    {"str_repeat", {kPasses, repeated}},
    {"array_values", {kPasses, list_again}},
    {"array_keys", {kPasses, keys_of}},
    {"array_reverse", {kPasses, backwards}},
    {"array_slice", {kPasses, slice}},
    {"array_flip", {kPasses, flipped}},
    {"end", {kPasses, last_of}},
    {"reset", {kPasses, first_of}},
    {"current", {kPasses, first_of}},
    {"pos", {kPasses, first_of}},
    {"intval", {kCleans, whole_number}},
    {"count", {kCleans, counted}},
    {"sizeof", {kCleans, counted}},
    {"floor", {kCleans, whole_number}},
    {"is_numeric", {kCleans, is_number}},
    {"stripos", {kCleans, position<true>}},
    {"strpos", {kCleans, position<false>}},
};

/// Those of which only that is known.
const std::unordered_set<std::string_view> kPassOn = {"urlencode",
                                                      "gethostbyname",
                                                      "rawurlencode",
                                                      "ereg_replace",
                                                      "eregi_replace",
                                                      "mb_ereg_replace",
                                                      "split",
                                                      "spliti",
                                                      "strtok",
                                                      "array_unique",
                                                      "array_rand",
                                                      "array_splice",
                                                      "array_chunk",
                                                      "array_column",
                                                      "array_intersect",
                                                      "wordwrap",
                                                      "chunk_split",
                                                      "serialize",
                                                      "json_encode",
                                                      "var_export",
                                                      "print_r",
                                                      "preg_replace_callback",
                                                      "preg_grep",
                                                      "parse_url",
                                                      "pathinfo",
                                                      "dirname",
                                                      "realpath",
                                                      "strip_tags",
                                                      "ucwords",
                                                      "gzcompress",
                                                      "gzdeflate",
                                                      "fgetc",
                                                      "stream_get_line",
                                                      "socket_read",
                                                      "mb_convert_case",
                                                      "array_walk",
                                                      "iterator_to_array",
                                                      "simplexml_load_string",
                                                      "yaml_parse",
                                                      "each",
                                                      "array_pad",
                                                      "array_fill_keys",
                                                      "array_product",
                                                      "utf8_encode",
                                                      "http_build_query",
                                                      "bin2hex",
                                                      "vsprintf",
                                                      "addslashes",
                                                      "nl2br",
                                                      "html_entity_decode",
                                                      "htmlspecialchars_decode",
                                                      "preg_replace",
                                                      "preg_split",
                                                      "str_pad",
                                                      "substr_replace",
                                                      "strstr",
                                                      "strrchr",
                                                      "iconv",
                                                      "mb_convert_encoding",
                                                      "utf8_decode",
                                                      "json_decode",
                                                      "unserialize",
                                                      "unpack",
                                                      "openssl_decrypt",
                                                      "mcrypt_decrypt",
                                                      "array_pop",
                                                      "array_shift",
                                                      "array_merge",
                                                      "array_filter",
                                                      "array_combine",
                                                      "array_map",
                                                      "key",
                                                      "next",
                                                      "fopen",
                                                      "fread",
                                                      "fgets",
                                                      "stream_get_contents",
                                                      "file_get_contents",
                                                      "file"};
const std::unordered_set<std::string_view> kClean = {
    "escapeshellarg", "escapeshellcmd", "basename",       "floatval", "md5",
    "sha1",           "crc32",          "hash",           "isset",    "empty",
    "in_array",       "preg_match",     "preg_quote",     "strcmp",   "htmlspecialchars",
    "file_exists",    "is_file",        "function_exists"};

}  // namespace

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
  if (at != kFunctions.end()) return at->second.passing;
  return kPassOn.contains(function) ? kPasses : kClean.contains(function) ? kCleans : kUnknown;
}

}  // namespace rescue::detect
