#include "rescue/recovery/sendmail_relay.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace rescue::recovery {
namespace {

// The program itself, as Debian and Red Hat call it: other mail servers have a /usr/sbin/sendmail, too.
constexpr std::array kPrograms = {"/usr/libexec/sendmail/sendmail", "/usr/lib/sm.bin/sendmail",
                                  "/usr/sbin/sendmail.sendmail"};
constexpr const char* kSettings = "/etc/mail/sendmail.cf";

struct Question {
  std::string_view address, name, sender, recipient;
};
// Addresses and names that are nobody's (RFC 5737, RFC 2606). The last one claims to be of this server.
constexpr std::array kQuestions = {
    Question{"198.51.100.9", "relay-trial.example.org", "", "somebody@another-trial.example.net"},
    Question{"203.0.113.77", "relay-trial.example.com", "", "somebody@another-trial.example.org"},
    Question{"198.51.100.9", "relay-trial.example.org", "root@localhost",
             "somebody@another-trial.example.net"}};

/// "198 . 51 . 100" is 198.51.100.
std::string joined(std::string_view tokens) {
  std::string out;
  std::ranges::copy_if(tokens, std::back_inserter(out), [](char c) { return c > ' ' && c < 127; });
  return out.substr(0, 200);
}

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const auto at = text.find(before);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + before.size());
  return text.substr(0, text.find(after));
}

/// A line of the trace: "A   input: < 198 > < ? > < + Connect > …", "A   returns: < RELAY > …".
struct TraceLine {
  std::string_view rule, text;
  bool returns = false;
};
std::optional<TraceLine> trace_line(std::string_view line) {
  // The prompts of the commands before stand at its beginning.
  while (line.starts_with("> ")) line.remove_prefix(2);
  for (const bool returns : {false, true}) {
    const std::string_view mark = returns ? " returns:" : " input:";
    const auto at = line.find(mark);
    if (at == std::string_view::npos) continue;
    auto rule = line.substr(0, at);
    rule = rule.substr(0, rule.find(' '));
    return TraceLine{.rule = rule, .text = line.substr(at + mark.size()), .returns = returns};
  }
  return std::nullopt;
}

/// The trace of one question.
class Answer {
 public:
  /// False once the question is answered.
  bool take(const TraceLine& line) {
    const auto value = joined(line.text);
    if (!line.returns) {
      if (line.rule == "Relay_ok") asked_client_ = true;
      // The tables' rules have names of one letter.
      if (line.rule.size() == 1 && found_.empty()) looked_up_ = line.text;
      return true;
    }
    if (line.rule.size() == 1 && value.starts_with("<RELAY>") && found_.empty()) found_ = looked_up_;
    if (line.rule == "Basic_check_rcpt") verdict_ = value;
    if (line.rule != "check_rcpt") return true;
    // Checks that are delayed come after the one for the recipient and look at who sends.
    if (verdict_.empty()) verdict_ = value;
    return false;
  }

  bool refuses() const { return verdict_.starts_with("$#error") || verdict_.starts_with("$#discard"); }

  void explain(const Question& question, SendmailRelay& out) const {
    const std::string who(question.address), to(question.recipient.substr(question.recipient.find('@') + 1));
    if (!found_.empty()) {
      const auto key = joined(between(found_, "<", ">"));
      auto tag = joined(between(found_, "+", ">"));
      if (tag.empty()) tag = joined(between(found_, "!", ">"));
      out.why = "the table /etc/mail/access says RELAY of " + key + " (" + tag + ")";
      out.what_to_change = "Take the line \"" + key + " RELAY\" or \"" + tag + ":" + key +
                           " RELAY\" out of /etc/mail/access, and its like; then: makemap hash "
                           "/etc/mail/access < /etc/mail/access";
    } else if (!question.sender.empty()) {
      out.why = "whoever says that he writes from an address of this server may relay";
      out.what_to_change =
          "Take FEATURE(`relay_local_from') or FEATURE(`relay_mail_from') out of /etc/mail/sendmail.mc" +
          kMadeAnew;
    } else if (asked_client_) {
      out.why = "the class of those who may relay (R) holds a beginning of " + who + " or an end of " +
                std::string(question.name);
      out.what_to_change = kInClass + kRestart;
    } else if (verdict_ == "RELAY") {
      out.why = "the class of domains that mail is relayed to (R) holds an end of " + to;
      out.what_to_change = kInClass + kRestart;
    } else {
      out.why = "its rules let everybody relay: they ask nothing of the one who connects";
      out.what_to_change = "Take FEATURE(`promiscuous_relay') out of /etc/mail/sendmail.mc" + kMadeAnew +
                           " Where nothing of the kind stands there, look at its own rules (LOCAL_RULESETS, "
                           "Local_check_rcpt).";
    }
  }

 private:
  inline static const std::string kMadeAnew =
      ", make sendmail.cf of it (Debian: sendmailconfig; else make -C /etc/mail), and restart sendmail.";
  inline static const std::string kInClass =
      "Take that word out of /etc/mail/relay-domains (or RELAY_DOMAIN in /etc/mail/sendmail.mc)";
  inline static const std::string kRestart = ", and restart sendmail.";
  std::string verdict_;
  std::string_view looked_up_, found_;
  bool asked_client_ = false;
};

std::string program_here(const ServerFiles& files) {
  std::error_code error;
  const auto* const found = std::ranges::find_if(
      kPrograms, [&](const char* path) { return std::filesystem::exists(files.outer(path), error); });
  return found == kPrograms.end() ? std::string() : *found;
}

}  // namespace

std::string sendmail_questions() {
  std::string out;
  const auto define = [&](std::string_view name, std::string_view value) {
    out += ".D" + std::string(name) + std::string(value) + "\n";
  };
  for (const auto& one : kQuestions) {
    define("{client_addr}", one.address);
    define("{client_name}", one.name);
    define("{client_resolve}", "OK");
    define("{mail_from}", one.sender);
    define("f", one.sender);
    out += "check_rcpt " + std::string(one.recipient) + "\n";
  }
  return out;
}

std::optional<SendmailRelay> read_sendmail_trial(std::string_view output) {
  SendmailRelay out{.version = joined(between(output, "Version ", "\n"))};
  std::size_t answered = 0;
  Answer answer;
  while (!output.empty() && answered < kQuestions.size()) {
    const auto end = std::min(output.find('\n'), output.size());
    const auto line = output.substr(0, end);
    output.remove_prefix(std::min(end + 1, output.size()));
    // Settings of a time before there were such rules: everybody may.
    const bool no_rule = line.find("Undefined ruleset check_rcpt") != std::string_view::npos;
    const auto trace = trace_line(line);
    if (!no_rule && (!trace || answer.take(*trace))) continue;
    if (!answer.refuses() && !out.open) {
      out.open = true;
      answer.explain(kQuestions.at(answered), out);
    }
    ++answered;
    answer = {};
  }
  return answered == kQuestions.size() ? std::optional(out) : std::nullopt;
}

bool is_sendmail_here(const ServerFiles& files) {
  std::error_code error;
  return !program_here(files).empty() && std::filesystem::exists(files.outer(kSettings), error);
}

std::optional<SendmailRelay> ask_sendmail(const LiveServer& server) {
  const auto ended = server.run({.program = program_here(server.files),
                                 .arguments = {"-Am", "-d0.1", "-bt", "-C", kSettings},
                                 .input = sendmail_questions()});
  return ended ? read_sendmail_trial(ended->output) : std::nullopt;
}

void plan_sendmail_relay(const LiveServer& server, ResponsePlan& plan) {
  if (!is_sendmail_here(server.files)) return;
  const auto said = ask_sendmail(server);
  if (!said) {
    plan.manual.push_back({"Look at sendmail's relay by hand",
                           "sendmail -bt does not say what its rules (check_rcpt) answer to a stranger"});
  } else if (said->open) {
    plan.relay_open = true;
    plan.manual.push_back({"Close sendmail's relay by hand", said->why + ". " + said->what_to_change});
  } else {
    plan.already.emplace_back("Sendmail refuses to relay for strangers.");
  }
}

}  // namespace rescue::recovery
