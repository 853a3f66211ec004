// Where in a JSON file a fault is: its line, for whoever has to mend it.
#include <algorithm>
#include <charconv>

#include "rescue/catalog/annex_text.hpp"

namespace rescue::catalog {
namespace {

/// Walks text that is valid JSON.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  /// Where the value of `pointer` begins, or the nearest part around it.
  std::size_t to(std::string_view pointer) {
    std::size_t found = value();
    while (!pointer.empty()) {
      const auto end = std::min(pointer.find('/', 1), pointer.size());
      if (!enter(unescaped(pointer.substr(1, end - 1)))) break;
      found = value();
      pointer.remove_prefix(end);
    }
    return found;
  }

 private:
  static std::string unescaped(std::string_view token) {
    std::string out;
    for (std::size_t i = 0; i < token.size(); ++i) {
      const bool escape = token[i] == '~' && i + 1 < token.size();
      out += !escape ? token[i] : token[++i] == '1' ? '/' : '~';
    }
    return out;
  }

  char at() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  std::size_t value() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n,:", at_), text_.size());
    return at_;
  }

  /// To the member or element of this name; false: there is none.
  bool enter(const std::string& name) {
    const char opening = at();
    if (opening != '{' && opening != '[') return false;
    ++at_;
    for (std::size_t index = 0;; ++index) {
      value();
      if (at() == '}' || at() == ']' || at() == '\0') return false;
      const auto called = opening == '{' ? key() : std::to_string(index);
      if (called == name) return true;
      value();
      skip();
    }
  }

  std::string key() {
    const auto begin = at_;
    skip_text();
    const auto read = parse_json("[" + std::string(text_.substr(begin, at_ - begin)) + "]");
    return read ? read->at(0).get<std::string>() : std::string();
  }

  void skip_text() {
    for (++at_; at() != '"' && at() != '\0'; ++at_) at_ += at() == '\\' ? 1 : 0;
    ++at_;
  }

  void skip() {
    if (at() == '"') return skip_text();
    if (at() != '{' && at() != '[') {
      at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
      return;
    }
    int depth = 0;
    do {
      const char c = at();
      if (c == '"') {
        skip_text();
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
    } while (depth > 0 && at() != '\0');
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// parse_json names the byte at which the text is no JSON any more.
std::size_t byte_named(std::string_view detail) {
  constexpr std::string_view kMark = "at byte ";
  const auto mark = detail.rfind(kMark);
  std::size_t byte = 0;
  if (mark != std::string_view::npos) {
    std::from_chars(detail.data() + mark + kMark.size(), detail.data() + detail.size(), byte);
  }
  return byte;
}

}  // namespace

int line_in_json(std::string_view text, std::string_view pointer) {
  const auto place = Walk(text).to(pointer);
  return 1 +
         static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
}

Error located(const std::string& path, std::string_view json, Error error) {
  int line = 0;
  if (error.problem == "malformed-json") {
    const auto byte = std::min(byte_named(error.detail), json.size());
    line = 1 +
           static_cast<int>(std::count(json.begin(), json.begin() + static_cast<std::ptrdiff_t>(byte), '\n'));
  } else if (!error.pointer.empty()) {
    line = line_in_json(json, error.pointer);
  }
  AnnexText place{.path = path, .text = {}, .value = nullptr, .lines = {}};
  if (line > 0) place.lines.emplace(error.pointer, line);
  return located(place, std::move(error));
}

}  // namespace rescue::catalog
