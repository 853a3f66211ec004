#include <algorithm>

#include "rescue/base/ascii.hpp"
#include "rescue/evidence/line_reader.hpp"
#include "rescue/evidence/mail_config.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostWords = 10'000, kMostTextBytes = 500;

/// Calls `take` for each line with its number.
template <class Take>
void for_lines(std::string_view text, const Take& take) {
  std::uint64_t number = 0;
  while (!text.empty()) {
    const auto line = take_line(text);
    take(line, ++number);
  }
}

Setting setting_at(std::string_view value, const std::string& path, std::uint64_t number,
                   std::string_view line) {
  return {std::string(value.substr(0, kMostTextBytes)), path, number,
          std::string(line.substr(0, kMostTextBytes))};
}

/// "Family=inet, Name=MTA-v4, Port=smtp, Addr=127.0.0.1"
bool is_loopback_port(std::string_view options) {
  const auto words = split_list(options);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    const auto low = lower_ascii(word);
    return low.starts_with("addr=127.") || low == "addr=localhost" || low == "addr=::1" ||
           low == "addr=ipv6:::1";
  });
}

}  // namespace

void parse_sendmail_cf(std::string_view text, const std::string& path, SendmailConfig& out) {
  constexpr std::string_view kPort = "O DaemonPortOptions=";
  bool names_a_port = false;
  std::string_view ruleset;
  for_lines(text, [&](std::string_view line, std::uint64_t number) {
    if (line.starts_with('S')) ruleset = line.substr(1, line.find_first_of(" \t=") - 1);
    if (line.starts_with(kPort)) {
      names_a_port = true;
      out.reachable = out.reachable || !is_loopback_port(line.substr(kPort.size()));
    }
    if (line == "Scheck_rcpt" || line == "SBasic_check_rcpt")
      out.rule = setting_at(ruleset, path, number, line);
    // Its words can be chosen, the ruleset's name cannot; before 8.12 there was no such ruleset.
    const bool refusal = line.starts_with('R') && line.find("Relaying denied") != line.npos;
    out.refuses = out.refuses || refusal || line == "SRelay_ok";
    const bool from_here =
        ruleset == "Relay_ok" && line.starts_with("R<?> $+ < @ $=w >") && line.find("$@ RELAY") != line.npos;
    if (from_here) out.from_local = setting_at("local", path, number, line);
  });
  out.reachable = out.reachable || !names_a_port;
}

void parse_sendmail_access(std::string_view text, const std::string& path, SendmailConfig& out) {
  for_lines(text, [&](std::string_view line, std::uint64_t number) {
    const auto words = split_list(line, " \t\r");
    if (words.size() < 2 || words[0].starts_with('#') || lower_ascii(words[1]) != "relay") return;
    std::string_view key = words[0];
    const auto tag = lower_ascii(key.substr(0, key.find(':') + 1));
    // Of the sender's name it speaks of whoever claims it; what else has a colon is an address.
    if (tag == "from:" || key.find('@') != key.npos) return;
    if (tag == "connect:" || tag == "to:") key.remove_prefix(tag.size());
    if (out.relay_words.size() < kMostWords) out.relay_words.push_back(setting_at(key, path, number, line));
  });
}

void parse_relay_domains(std::string_view text, const std::string& path, SendmailConfig& out) {
  for_lines(text, [&](std::string_view line, std::uint64_t number) {
    for (const auto& word : split_list(line.substr(0, line.find('#')), " \t\r"))
      if (out.relay_words.size() < kMostWords)
        out.relay_words.push_back(setting_at(word, path, number, line));
  });
}

}  // namespace rescue::evidence
