#include "rescue/recovery/exim_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "network_words.hpp"
#include "rescue/evidence/mail_config.hpp"
#include "rescue/recovery/postfix_relay.hpp"

namespace rescue::recovery {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::string_view(" \t\r\n").find(text.front()) != text.npos) text.remove_prefix(1);
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != text.npos) text.remove_suffix(1);
  return text;
}

/// Words of a list with the divider, and that divider; a doubled one is part of the word.
std::vector<std::string> words_of(std::string_view list, char divider) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (const auto bare = trimmed(word); !bare.empty()) words.emplace_back(bare);
    word.clear();
  };
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] != divider) {
      word += list[i];
    } else if (i + 1 < list.size() && list[i + 1] == divider) {
      word += list[i++];
    } else {
      end_word();
    }
  }
  end_word();
  return words;
}

/// As an own address of mynetworks' form is written here: "[fd00::2]/128" is fd00::2.
std::string plain_network(std::string word) {
  std::erase_if(word, [](char c) { return c == '[' || c == ']'; });
  for (const std::string_view whole : {"/32", "/128"}) {
    if (word.ends_with(whole)) word.erase(word.size() - whole.size());
  }
  return word;
}

std::string joined(const std::vector<std::string>& words, char divider) {
  std::string out;
  for (const auto& word : words) {
    if (!out.empty()) out += divider == ':' ? " : " : std::string(1, divider);
    for (const char c : word) out += c == divider && divider == ':' ? std::string(2, c) : std::string(1, c);
  }
  return out;
}

bool have(const std::vector<std::string>& words, std::string_view marks) {
  return std::any_of(words.begin(), words.end(),
                     [&](const auto& word) { return word.find_first_of(marks) != word.npos; });
}

/// Without the words for everybody; the server's own in place of networks that went, and loopback where
/// nothing that stays has it.
std::vector<std::string> narrowed(const std::vector<std::string>& words, bool networks,
                                  const std::vector<std::string>& own, std::vector<std::string>& gone,
                                  bool loopback) {
  std::vector<std::string> kept;
  const auto before = gone.size();
  for (const auto& word : words) (is_everybody(word) ? gone : kept).push_back(word);
  if (!networks || gone.size() == before) return kept;
  const auto add = [&](std::string word) {
    if (std::find(kept.begin(), kept.end(), word) == kept.end()) kept.push_back(std::move(word));
  };
  if (loopback) {
    const std::vector<std::string> went(gone.begin() + static_cast<std::ptrdiff_t>(before), gone.end());
    for (auto& word : loopback_lost(went, kept)) add(std::move(word));
  }
  for (const auto& one : own) add(plain_network(one));
  return kept;
}

/// One line with its end; `text` begins behind it.
std::string_view take_whole_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
  const auto line = text.substr(0, end);
  text.remove_prefix(end);
  return line;
}

std::string debian_line(std::string_view line, const std::vector<std::string>& own,
                        std::vector<std::string>& gone) {
  for (const std::string_view name : {"dc_relay_nets=", "dc_relay_domains="}) {
    const auto begin = trimmed(line);
    if (!begin.starts_with(name)) continue;
    auto value = begin.substr(name.size());
    const char quote =
        value.empty() || (value.front() != '\'' && value.front() != '"') ? '\0' : value.front();
    if (quote != '\0') {
      value.remove_prefix(1);
      value = value.substr(0, value.find(quote));
    }
    const auto before = gone.size();
    // Old files divide by colons, where no word can have one.
    const char divider = value.find(';') != value.npos || value.find("::") != value.npos ? ';' : ':';
    const auto kept = narrowed(words_of(value, divider), name == "dc_relay_nets=", own, gone, false);
    // A word with a quote or the divider in it would end early: such a line is a person's.
    if (have(kept, "';")) gone.resize(before);
    if (gone.size() == before) continue;
    auto left = joined(kept, ';');
    // One word with a colon in it must not read as a list that colons divide.
    if (left.find(';') == left.npos && left.find(':') != left.npos) left += ';';
    return std::string(name) + "'" + left + "'\n";
  }
  return std::string(line);
}

/// A logical line of exim's: the list that it sets, where it is one of those two.
std::string exim_line(std::string_view line, const std::vector<std::string>& own,
                      std::vector<std::string>& gone) {
  const auto equals = line.find('=');
  if (equals == line.npos) return std::string(line);
  const auto head = evidence::split_list(line.substr(0, equals), " \t\\\r\n");
  const bool networks = head == std::vector<std::string>{"hostlist", "relay_from_hosts"};
  if (!networks && head != std::vector<std::string>{"domainlist", "relay_to_domains"})
    return std::string(line);
  std::string value(line.substr(equals + 1));
  for (std::size_t at = 0; (at = value.find("\\\n", at)) != value.npos;) value.replace(at, 2, " ");
  std::string_view list = trimmed(value);
  char divider = ':';
  if (list.size() > 1 && list.front() == '<') {
    divider = list[1];
    list.remove_prefix(2);
  }
  const auto before = gone.size();
  const auto kept = narrowed(words_of(list, divider), networks, own, gone, true);
  // A backslash joins lines.
  const bool plain =
      !have(kept, "\\") && (divider == ':' || (std::ispunct(static_cast<unsigned char>(divider)) != 0 &&
                                               !have(kept, std::string_view(&divider, 1))));
  if (!plain) gone.resize(before);
  if (gone.size() == before) return std::string(line);
  const std::string named = divider == ':' ? "" : std::string("<") + divider + " ";
  return head[0] + " " + head[1] + " = " + named + joined(kept, divider) + "\n";
}

}  // namespace

EditedText without_everybody_debian(std::string_view text, const std::vector<std::string>& own) {
  EditedText out;
  while (!text.empty()) out.text += debian_line(take_whole_line(text), own, out.gone);
  return out;
}

EditedText without_everybody_exim(std::string_view text, const std::vector<std::string>& own) {
  EditedText out;
  while (!text.empty()) {
    const auto* begin = text.data();
    auto line = take_whole_line(text);
    while (!text.empty() && line.ends_with("\\\n")) {
      const auto more = take_whole_line(text);
      line = std::string_view(begin, line.size() + more.size());
    }
    out.text += exim_line(line, own, out.gone);
  }
  return out;
}

int recipient_answer(std::string_view output) {
  // Greeting, EHLO, MAIL, RCPT: the fourth answer; lines "250-" go on.
  int answers = 0;
  for (const auto& line : evidence::split_list(output, "\r\n")) {
    int code = 0;
    const auto parsed = std::from_chars(line.data(), line.data() + line.size(), code);
    const bool whole =
        parsed.ptr == line.data() + 3 && line.size() > 3 && line[3] == ' ' && code >= 200 && code < 600;
    if (whole && ++answers == 4) return code;
  }
  return 0;
}

std::string configuration_file(std::string_view output) {
  constexpr std::string_view kSays = "Configuration file is ";
  const auto at = output.find(kSays);
  if (at == output.npos) return {};
  const auto rest = output.substr(at + kSays.size());
  const auto path = trimmed(rest.substr(0, rest.find('\n')));
  return path.starts_with('/') ? std::string(path) : std::string();
}

}  // namespace rescue::recovery
