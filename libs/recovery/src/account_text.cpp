#include "rescue/recovery/account_text.hpp"

#include <algorithm>
#include <charconv>

#include "rescue/evidence/mail_config.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kMostSources = 100;

/// Where the second field of the user's line stands: its first byte and the one behind it.
struct Field {
  std::size_t from = 0, to = 0;
};

std::optional<Field> password_field(std::string_view text, std::string_view user) {
  if (user.empty() || user.find_first_of(":\n#") != user.npos) return std::nullopt;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    if (line.size() > user.size() && line.starts_with(user) && line[user.size()] == ':') {
      const auto from = at + user.size() + 1;
      return Field{from,
                   std::min(std::min(text.find(':', from), text.find_first_of("\r\n", from)), text.size())};
    }
    at = end + 1;
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

/// The path among the words of a passwd-file's args; "" where it has variables.
std::string path_in(std::string_view args) {
  const auto words = evidence::split_list(args, " \t");
  if (words.empty() || !words.back().starts_with('/') || words.back().find('%') != std::string::npos)
    return {};
  return words.back();
}

}  // namespace

std::optional<std::string> with_locked_password(std::string_view shadow, std::string_view user) {
  const auto field = password_field(shadow, user);
  if (!field) return std::nullopt;
  std::string out(shadow);
  const auto password = shadow.substr(field->from, field->to - field->from);
  // An empty one lets everybody in; '*' and '!' nobody.
  if (!password.starts_with('!') && !password.starts_with('*')) out.insert(field->from, 1, '!');
  return out;
}

std::optional<std::string> with_unusable_password(std::string_view users, std::string_view user) {
  const auto field = password_field(users, user);
  if (!field) return std::nullopt;
  std::string out(users);
  // No password gives "!" in crypt(3).
  out.replace(field->from, field->to - field->from, "{CRYPT}!");
  return out;
}

std::vector<PasswordSource> password_sources(std::string_view doveconf) {
  std::vector<PasswordSource> sources;
  std::size_t depth = 0;
  bool inside = false;
  for (const auto& raw : evidence::split_list(doveconf, "\n")) {
    const auto line = trimmed(raw);
    if (line.ends_with('{')) {
      if (depth == 0) {
        const auto words = evidence::split_list(line, " \t{");
        inside = !words.empty() && words.size() <= 2 && words[0] == "passdb" && sources.size() < kMostSources;
        if (inside) sources.emplace_back();
        // Since 2.4 a block has a name, which is its driver where it names none.
        if (inside && words.size() == 2) sources.back().driver = words[1], sources.back().named = true;
      }
      ++depth;
    } else if (line == "}") {
      depth -= depth > 0 ? 1 : 0;
      inside = inside && depth > 0;
    } else if (inside && depth == 1) {
      const auto equals = std::min(line.find('='), line.size());
      const auto name = trimmed(line.substr(0, equals));
      const auto value = trimmed(line.substr(std::min(equals + 1, line.size())));
      if (name == "driver") sources.back().driver = value;
      if (name == "args" || name == "passwd_file_path") sources.back().path = path_in(value);
      if (name == "deny") sources.back().deny = value == "yes";
    }
  }
  return sources;
}

std::optional<unsigned> user_id(std::string_view passwd, std::string_view user) {
  const auto field = password_field(passwd, user);
  if (!field || field->to >= passwd.size()) return std::nullopt;
  unsigned id = 0;
  const auto parsed = std::from_chars(passwd.data() + field->to + 1, passwd.data() + passwd.size(), id);
  if (parsed.ec != std::errc() || parsed.ptr == passwd.data() + passwd.size() || *parsed.ptr != ':')
    return std::nullopt;
  return id;
}

}  // namespace rescue::recovery
