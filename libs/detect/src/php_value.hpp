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
/// Not an origin: the text ends as the name of a script does, whatever stands before.
constexpr PhpTaint kNamesScript = 1U << 7U;
/// Not an origin: the name of the file itself.
constexpr PhpTaint kOwnFile = 1U << 24U;
/// Not an origin: the text ends in something of the program's own, so that a name says what kind of file it
/// is.
constexpr PhpTaint kEndsApart = 1U << 25U;
/// Not an origin: the text begins as the address of another host, whatever stands behind.
constexpr PhpTaint kAddress = 1U << 26U;
/// Not an origin: a hash of what a request sends.
constexpr PhpTaint kHashOfRequest = 1U << 27U;
constexpr PhpTaint kOrigins = 0x2fU;  ///< of the bits above those that are one
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
  bool number = false;       ///< the text is that of a number: "^" works on its bits, not on its letters
  std::uint32_t order = 0;   ///< as an element: how many were there before it

  static PhpValue constant(std::string value) {
    PhpValue out;
    out.text = std::move(value);
    return out;
  }
  static PhpValue of_number(std::int64_t value) {
    auto out = constant(std::to_string(value));
    out.number = true;
    return out;
  }
  static PhpValue of_test(bool value) { return constant(value ? "1" : ""); }
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
  bool names_script() const;
  bool is_address() const;
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

/// A number as PHP reads it from a text: what its beginning says, else 0; nothing where the text is not
/// known.
std::optional<std::int64_t> as_number(const PhpValue& value);
/// What PHP holds for true; nothing where that is not known.
std::optional<bool> truth_of(const PhpValue& value);
/// The elements in the order in which they were put there.
std::vector<std::pair<std::string, PhpValue>> in_order(const PhpValue::Elements& elements);

/// Whether a file of that name is run as PHP, or as another language of web pages.
bool names_script(std::string_view path);

/// "a" → "b", "z" → "aa", as PHP's ++ does to text.
std::string increment_text(std::string text);

}  // namespace rescue::detect
