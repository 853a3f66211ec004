#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::detect {

/// Where a value may come from, as bits that are joined.
using PhpTaint = std::uint32_t;
constexpr PhpTaint kFromRequest = 1U << 0U;  ///< what a client sends
constexpr PhpTaint kFromNetwork = 1U << 1U;  ///< fetched from another host
constexpr PhpTaint kFromUpload = 1U << 2U;   ///< $_FILES
constexpr PhpTaint kFromDecoded = 1U << 3U;  ///< a literal that was decoded (base64, gzinflate …)
/// Not an origin: the text begins with what came from there, so that it may be a whole path, address or name.
/// "pages/" before it takes that away.
constexpr PhpTaint kLeads = 1U << 4U;
/// A variable that the file never sets: with register_globals, as old shells want it, the client sends it.
constexpr PhpTaint kFromUnset = 1U << 5U;
/// Not an origin: a constant text that was put together from pieces.
constexpr PhpTaint kJoined = 1U << 6U;
constexpr unsigned kFirstParameterBit = 8;
constexpr unsigned kMostParameters = 16;
constexpr PhpTaint parameter_taint(unsigned index) {
  return index < kMostParameters ? 1U << (kFirstParameterBit + index) : 0;
}
constexpr PhpTaint kAllParameters = 0xffffU << kFirstParameterBit;

/// What is known of a PHP value without running the program: its text where it is constant, its elements
/// where it is an array of such, and where it may come from.
struct PhpValue {
  using Elements = std::map<std::string, PhpValue>;

  std::optional<std::string> text;
  std::shared_ptr<const Elements> elements;
  PhpTaint taint = 0;
  PhpTaint inside = 0;       ///< of all elements
  std::uint8_t nesting = 0;  ///< arrays within arrays

  static PhpValue constant(std::string value) {
    PhpValue out;
    out.text = std::move(value);
    return out;
  }
  static PhpValue from(PhpTaint taint) {
    PhpValue out;
    out.taint = taint;
    return out;
  }
  /// Its own taint and that of its elements.
  PhpTaint all_taint() const { return taint | inside; }
  /// Sets an element; the bytes that had to be copied because others share the array. Past 4,096 elements or
  /// 4 levels only the origin is kept.
  std::size_t put(const std::string& key, PhpValue value);
  /// Two arrays joined (+ or array_merge): the elements of both, each with its own origin.
  static PhpValue merged(const PhpValue& left, const PhpValue& right);
  /// Text of an element when both it and the key are known.
  PhpValue element(const PhpValue& key) const;
};

/// The result of a function of PHP's own on constant arguments, where it is one of the few that obfuscation
/// uses (base64_decode, gzinflate, str_rot13, chr, strrev, substr, implode …). Nothing otherwise, and above 4
/// MiB.
std::optional<PhpValue> call_constant(std::string_view function, const std::vector<PhpValue>& arguments);

/// How a function of PHP's own passes on where its arguments come from.
enum class PhpPassing {
  kPasses,   ///< the result holds what the arguments hold
  kCleans,   ///< numbers, tests, escaping for the shell: harmless afterwards
  kDecodes,  ///< as kPasses; a constant becomes kFromDecoded
  kUnknown,  ///< not a function that we know
};
PhpPassing passing_of(std::string_view function);

/// "a" → "b", "z" → "aa", as PHP's ++ does to text.
std::string increment_text(std::string text);

}  // namespace rescue::detect
