#include "php_looks.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "php_interpreter.hpp"

namespace rescue::detect {
namespace {

/// Bytes that UTF-8 makes no character of, or a control character: an encoder's name for something.
bool is_unreadable(std::string_view name) {
  std::size_t follow = 0;
  unsigned before = 0;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continues = (byte & 0xc0U) == 0x80U;
    if (continues != (follow > 0)) return true;
    if (continues) {
      if (before == 0xc2U && byte < 0xa0U) return true;
      --follow;
    } else if (byte >= 0x80U) {
      if (byte < 0xc2U || byte > 0xf4U) return true;
      follow = byte >= 0xf0U ? 3 : byte >= 0xe0U ? 2 : 1;
    }
    before = byte;
  }
  return follow > 0;
}

bool has_letter(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char c) {
    const auto lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'z';
  });
}

}  // namespace

std::vector<const char*> looks_of(const std::vector<PhpToken>& tokens) {
  constexpr std::size_t kLeastUnreadable = 12, kLeastBare = 4;
  std::unordered_set<std::string_view> variables, unreadable;
  std::size_t bare = 0, calls = 0;
  bool letters = false;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto& token = tokens[i];
    const bool variable = token.kind == PhpTokenKind::kVariable;
    if (!variable && token.kind != PhpTokenKind::kName) continue;
    letters = letters || has_letter(token.text);
    if (!variable) continue;
    variables.insert(token.text);
    if (is_unreadable(token.text)) unreadable.insert(token.text);
    ++bare;
    const bool called = i + 1 < tokens.size() && (tokens[i + 1].text == "(" || tokens[i + 1].text == "[");
    calls += called ? 1 : 0;
  }
  std::vector<const char*> looks;
  if (unreadable.size() >= kLeastUnreadable && unreadable.size() * 2 >= variables.size())
    looks.push_back("unreadable names");
  if (!letters && bare >= kLeastBare && calls > 0) looks.push_back("no letters");
  return looks;
}

/// Nobody spells the name of such a function letter by letter but to keep it from being found.
void PhpInterpreter::note_spelled(const PhpValue& value) {
  static const std::unordered_set<std::string_view> kNames = {"assert",
                                                              "base64_decode",
                                                              "call_user_func",
                                                              "create_function",
                                                              "eval",
                                                              "file_put_contents",
                                                              "gzinflate",
                                                              "gzuncompress",
                                                              "passthru",
                                                              "pcntl_exec",
                                                              "popen",
                                                              "preg_replace",
                                                              "proc_open",
                                                              "shell_exec",
                                                              "str_rot13",
                                                              "system",
                                                              "move_uploaded_file"};
  constexpr std::size_t kLongest = 20;
  if ((value.taint & kFromDecoded) == 0 || !value.text || value.text->size() > kLongest) return;
  auto name = *value.text;
  for (auto& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  if (kNames.contains(name)) check_sinks("spelled name", {value});
}

}  // namespace rescue::detect
