#include "secret_object.hpp"

#include <algorithm>
#include <cstring>

namespace rescue::seal {
namespace {

constexpr std::size_t kFieldsMax = 32;
constexpr std::size_t kNameBytesMax = 32;
constexpr std::size_t kDigitsMax = 9;

tl::unexpected<Error> malformed() {
  return fail(ErrorCode::kInvalid, "access-not-readable",
              "the sealed access is no JSON object of texts and whole numbers");
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// What follows a backslash, but for u; 0: nothing that is allowed.
char unescaped(char c) {
  constexpr std::string_view kFrom = "\"\\/bfnrt";
  constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
  const auto at = kFrom.find(c);
  return at == std::string_view::npos ? '\0' : kTo[at];
}

/// Writes into secret memory that is large enough: a text never grows by being unescaped.
class Writer {
 public:
  explicit Writer(std::span<unsigned char> out) : out_(out) {}
  void put(unsigned value) { out_[used_++] = static_cast<unsigned char>(value); }
  /// UTF-8 of a code point.
  void put_code_point(unsigned point) {
    if (point < 0x80) {
      put(point);
    } else if (point < 0x800) {
      put(0xC0U | point >> 6U);
      put(0x80U | (point & 0x3FU));
    } else if (point < 0x10000) {
      put(0xE0U | point >> 12U);
      put(0x80U | (point >> 6U & 0x3FU));
      put(0x80U | (point & 0x3FU));
    } else {
      put(0xF0U | point >> 18U);
      put(0x80U | (point >> 12U & 0x3FU));
      put(0x80U | (point >> 6U & 0x3FU));
      put(0x80U | (point & 0x3FU));
    }
  }
  std::size_t used() const { return used_; }

 private:
  std::span<unsigned char> out_;
  std::size_t used_ = 0;
};

}  // namespace

class SecretObjectParser {
 public:
  explicit SecretObjectParser(std::string_view json) : rest_(json), scratch_(json.size()) {}

  Result<SecretObject> parse() {
    SecretObject out;
    if (!take('{')) return malformed();
    if (!take('}')) {
      do {
        if (!read_field(out)) return malformed();
      } while (take(','));
      if (!take('}')) return malformed();
    }
    skip_space();
    if (!rest_.empty()) return malformed();
    return out;
  }

 private:
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  bool take(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool read_field(SecretObject& out) {
    const auto name_bytes = read_text();
    if (!name_bytes || name_bytes->size() > kNameBytesMax) return false;
    const std::string name(*name_bytes);
    if (out.fields_.size() == kFieldsMax || out.has(name) || !take(':')) return false;
    skip_space();
    SecretObject::Field field{.name = name, .text = std::nullopt};
    if (take(std::string_view("null"))) return true;
    if (rest_.starts_with('"')) {
      const auto text = read_text();
      if (!text) return false;
      field.text = Secret::copy_of(*text);
    } else {
      const auto number = read_integer();
      if (!number) return false;
      field.integer = *number;
    }
    out.fields_.push_back(std::move(field));
    return true;
  }

  std::optional<std::int64_t> read_integer() {
    const auto digits = rest_.substr(0, std::min(rest_.find_first_not_of("0123456789"), rest_.size()));
    if (digits.empty() || digits.size() > kDigitsMax || (digits.size() > 1 && digits.front() == '0')) {
      return std::nullopt;
    }
    std::int64_t value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    rest_.remove_prefix(digits.size());
    return value;
  }

  /// The text, in the scratch memory until the next call.
  std::optional<std::string_view> read_text() {
    if (!take('"')) return std::nullopt;
    Writer out(scratch_.bytes());
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return scratch_.view().substr(0, out.used());
      if (static_cast<unsigned char>(c) < 0x20) return std::nullopt;
      if (c != '\\') {
        out.put(static_cast<unsigned char>(c));
      } else if (!read_escape(out)) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  bool read_escape(Writer& out) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == 'u') return read_code_point(out);
    const char meant = unescaped(c);
    if (meant == '\0') return false;
    out.put(static_cast<unsigned char>(meant));
    return true;
  }

  std::optional<unsigned> read_hex() {
    if (rest_.size() < 4) return std::nullopt;
    unsigned value = 0;
    for (const char c : rest_.substr(0, 4)) {
      const int digit = hex_value(c);
      if (digit < 0) return std::nullopt;
      value = value << 4U | static_cast<unsigned>(digit);
    }
    rest_.remove_prefix(4);
    return value;
  }

  /// \uXXXX, or two of them that are one character; no half of such a pair, and no zero, which would end the
  /// text early for a C library.
  bool read_code_point(Writer& out) {
    const auto first = read_hex();
    if (!first || *first == 0 || (*first >= 0xDC00 && *first < 0xE000)) return false;
    if (*first < 0xD800 || *first >= 0xE000) {
      out.put_code_point(*first);
      return true;
    }
    if (!take(std::string_view("\\u"))) return false;
    const auto second = read_hex();
    if (!second || *second < 0xDC00 || *second >= 0xE000) return false;
    out.put_code_point(0x10000U + ((*first - 0xD800U) << 10U) + (*second - 0xDC00U));
    return true;
  }

  std::string_view rest_;
  Secret scratch_;
};

Result<SecretObject> SecretObject::parse(std::string_view json) {
  return SecretObjectParser(json).parse();
}

std::vector<SecretObject::Field>::iterator SecretObject::find(std::string_view name) {
  return std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) { return field.name == name; });
}

bool SecretObject::has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(), [&](const Field& field) { return field.name == name; });
}

std::optional<Secret> SecretObject::take_text(std::string_view name) {
  const auto found = find(name);
  if (found == fields_.end() || !found->text) return std::nullopt;
  auto text = std::move(found->text);
  fields_.erase(found);
  return text;
}

std::optional<std::int64_t> SecretObject::take_integer(std::string_view name) {
  const auto found = find(name);
  if (found == fields_.end() || found->text) return std::nullopt;
  const auto value = found->integer;
  fields_.erase(found);
  return value;
}

}  // namespace rescue::seal
