#include "php_lists.hpp"

#include <algorithm>
#include <set>

namespace rescue::detect {
namespace {

constexpr std::size_t kMostBytes = 4 << 20;

std::string text_of(const PhpArguments& arguments, std::size_t index) {
  return index < arguments.size() && arguments[index].text ? *arguments[index].text : "";
}

PhpValue list_of(std::vector<PhpValue> values) {
  PhpValue out;
  out.elements = std::make_shared<const PhpValue::Elements>();
  std::size_t next = 0;
  for (auto& value : values) out.put(std::to_string(next++), std::move(value));
  return out;
}

std::vector<PhpValue> values_of(const PhpValue& list) {
  std::vector<PhpValue> values;
  if (!list.elements) return values;
  for (auto& [key, value] : in_order(*list.elements)) values.push_back(std::move(value));
  return values;
}
}  // namespace

std::optional<PhpValue> split_evenly(const PhpArguments& a) {
  constexpr std::size_t kMostParts = 4096;
  const auto text = text_of(a, 0);
  const auto size = a.size() > 1 ? as_number(a[1]).value_or(1) : 1;
  if (size < 1 || text.size() / static_cast<std::size_t>(size) >= kMostParts) return std::nullopt;
  std::vector<PhpValue> parts;
  for (std::size_t at = 0; at < text.size(); at += static_cast<std::size_t>(size))
    parts.push_back(PhpValue::constant(text.substr(at, static_cast<std::size_t>(size))));
  return list_of(std::move(parts));
}

std::optional<PhpValue> repeated(const PhpArguments& a) {
  const auto text = text_of(a, 0);
  const auto count = a.size() > 1 ? as_number(a[1]).value_or(0) : 0;
  if (count < 0 ||
      text.size() * static_cast<std::size_t>(std::min<std::int64_t>(count, kMostBytes)) > kMostBytes)
    return std::nullopt;
  std::string out;
  for (std::int64_t i = 0; i < count && !text.empty(); ++i) out += text;
  return PhpValue::constant(std::move(out));
}

std::optional<PhpValue> range_of(const PhpArguments& a) {
  constexpr std::int64_t kMostSteps = 4096;
  if (a.size() < 2) return std::nullopt;
  const auto from = text_of(a, 0), to = text_of(a, 1);
  const auto is_letter = [](const std::string& text) {
    return text.size() == 1 && (text[0] < '0' || text[0] > '9');
  };
  const bool letters = is_letter(from) && is_letter(to);
  auto at = letters ? static_cast<unsigned char>(from[0]) : as_number(a[0]).value_or(0);
  const auto last = letters ? static_cast<unsigned char>(to[0]) : as_number(a[1]).value_or(0);
  if (last - at > kMostSteps || at - last > kMostSteps) return std::nullopt;
  std::vector<PhpValue> values;
  for (const std::int64_t step = at <= last ? 1 : -1;; at += step) {
    values.push_back(letters ? PhpValue::constant(std::string(1, static_cast<char>(at)))
                             : PhpValue::of_number(at));
    if (at == last) break;
  }
  return list_of(std::move(values));
}

std::optional<PhpValue> backwards(const PhpArguments& a) {
  auto values = values_of(a[0]);
  std::reverse(values.begin(), values.end());
  return list_of(std::move(values));
}

std::optional<PhpValue> slice(const PhpArguments& a) {
  const auto values = values_of(a[0]);
  const auto size = static_cast<std::int64_t>(values.size());
  auto from = a.size() > 1 ? as_number(a[1]).value_or(0) : 0;
  from = from < 0 ? std::max<std::int64_t>(0, size + from) : std::min(from, size);
  auto length = a.size() > 2 && a[2].text && !a[2].text->empty() ? as_number(a[2]).value_or(size) : size;
  length = length < 0 ? std::max<std::int64_t>(0, size - from + length) : std::min(length, size - from);
  return list_of({values.begin() + from, values.begin() + from + length});
}

std::optional<PhpValue> without(const PhpArguments& a) {
  std::set<std::string> others;
  for (std::size_t i = 1; i < a.size(); ++i) {
    for (const auto& value : values_of(a[i])) others.insert(value.text.value_or(""));
  }
  std::vector<PhpValue> left;
  for (auto& value : values_of(a[0])) {
    if (!others.contains(value.text.value_or(""))) left.push_back(std::move(value));
  }
  return list_of(std::move(left));
}

std::optional<PhpValue> flipped(const PhpArguments& a) {
  PhpValue out;
  out.elements = std::make_shared<const PhpValue::Elements>();
  if (!a[0].elements) return std::nullopt;
  for (const auto& [key, value] : in_order(*a[0].elements))
    out.put(value.text.value_or(""), PhpValue::constant(key));
  return out;
}

std::optional<PhpValue> keys_of(const PhpArguments& a) {
  if (!a[0].elements) return std::nullopt;
  std::vector<PhpValue> keys;
  for (const auto& [key, value] : in_order(*a[0].elements)) keys.push_back(PhpValue::constant(key));
  return list_of(std::move(keys));
}

std::optional<PhpValue> list_again(const PhpArguments& a) {
  return a[0].elements ? std::optional(list_of(values_of(a[0]))) : std::nullopt;
}
std::optional<PhpValue> first_of(const PhpArguments& a) {
  auto values = values_of(a[0]);
  return values.empty() ? std::nullopt : std::optional(std::move(values.front()));
}
std::optional<PhpValue> last_of(const PhpArguments& a) {
  auto values = values_of(a[0]);
  return values.empty() ? std::nullopt : std::optional(std::move(values.back()));
}

std::optional<PhpValue> counted(const PhpArguments& a) {
  if (!a[0].elements) return std::nullopt;
  return PhpValue::of_number(static_cast<std::int64_t>(a[0].elements->size()));
}

std::optional<PhpValue> filled(const PhpArguments& a) {
  constexpr std::int64_t kMost = 4096;
  const auto count = a.size() > 2 ? as_number(a[1]).value_or(0) : 0;
  if (count < 1 || count > kMost) return std::nullopt;
  return list_of(std::vector<PhpValue>(static_cast<std::size_t>(count), a[2]));
}

}  // namespace rescue::detect
