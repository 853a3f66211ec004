#include "php_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rescue::detect {
namespace {

/// Only what is a number from its beginning to its end.
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

constexpr std::array<std::string_view, 18> kScriptEndings = {
    ".php", ".php3", ".php4", ".php5", ".php7", ".php8", ".phtml", ".pht", ".phar",
    ".asp", ".aspx", ".ashx", ".jsp",  ".jspx", ".cfm",  ".cgi",   ".pl",  ".inc"};

}  // namespace

bool names_script(std::string_view path) {
  constexpr std::size_t kLongestEnding = 6;
  const auto dot = path.rfind('.');
  if (dot == path.npos || path.size() - dot > kLongestEnding) return false;
  std::string ending(path.substr(dot));
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::find(kScriptEndings.begin(), kScriptEndings.end(), ending) != kScriptEndings.end();
}

bool PhpValue::names_script() const {
  return text ? detect::names_script(*text) : (taint & kNamesScript) != 0;
}

bool PhpValue::is_address() const {
  if (!text) return (taint & kAddress) != 0;
  std::string head = text->substr(0, 8);
  std::transform(head.begin(), head.end(), head.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return head.starts_with("http://") || head.starts_with("https://") || head.starts_with("ftp://");
}

std::optional<std::int64_t> as_number(const PhpValue& value) {
  if (!value.text) return std::nullopt;
  if (value.number) return number_of(value).value_or(0);
  const auto& text = *value.text;
  const auto start = std::min(text.find_first_not_of(" \t\n\r"), text.size());
  const auto from = start < text.size() && text[start] == '+' ? start + 1 : start;
  std::int64_t number = 0;
  std::from_chars(text.data() + from, text.data() + text.size(), number);
  return number;
}

std::optional<bool> truth_of(const PhpValue& value) {
  if (value.text) return !value.text->empty() && *value.text != "0";
  return value.elements ? std::optional(!value.elements->empty()) : std::nullopt;
}

std::vector<std::pair<std::string, PhpValue>> in_order(const PhpValue::Elements& elements) {
  std::vector<std::pair<std::string, PhpValue>> out(elements.begin(), elements.end());
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.second.order < b.second.order; });
  return out;
}

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
  const auto own = std::const_pointer_cast<Elements>(elements);
  const auto at = own->find(key);
  value.order = at == own->end() ? static_cast<std::uint32_t>(own->size()) : at->second.order;
  own->insert_or_assign(key, std::move(value));
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
