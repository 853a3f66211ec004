#include "rescue/evidence/auth_message.hpp"

#include <algorithm>

#include "message_text.hpp"
#include "sshd_message.hpp"

namespace rescue::evidence {
namespace {

/// What stands between `before` and the next of `ends` (or the end).
std::string_view between(std::string_view text, std::string_view before, std::string_view ends) {
  const auto at = text.find(before);
  if (at == text.npos) return {};
  const auto from = at + before.size();
  const auto to = text.find_first_of(ends, from);
  return text.substr(from, to == text.npos ? text.npos : to - from);
}

/// Services that tell a refused log-in themselves and are judged apart from sshd.
constexpr std::string_view kOwnWords[] = {"dovecot", "smtp",   "imap",    "pop3",      "pop",
                                          "ftp",     "vsftpd", "proftpd", "pure-ftpd", "mysql"};

/// "pam_unix(sshd:session): session opened for user root(uid=0) by (uid=0)"
bool parse_pam(std::string_view text, Event& event) {
  const auto colon = text.find(':');
  const auto close = text.find("): ");
  if (colon == text.npos || close == text.npos || colon > close) return false;
  const auto open = text.find('(');
  if (open == text.npos || open > colon) return false;
  event.add(FieldName::kService, text.substr(open + 1, colon - open - 1));
  auto message = text.substr(close + 3);
  if (drop_prefix(message, "session opened for user ")) {
    event.kind = EventKind::kSessionOpened;
    event.account = message.substr(0, message.find_first_of("( "));
    return true;
  }
  if (drop_prefix(message, "session closed for user ")) {
    event.kind = EventKind::kSessionClosed;
    event.account = message.substr(0, message.find_first_of("( "));
    return true;
  }
  if (drop_prefix(message, "password changed for ")) {
    event.kind = EventKind::kAccountChanged;
    event.account = message;
    event.add(FieldName::kAction, "password changed");
    return true;
  }
  if (message.starts_with("authentication failure;")) {
    // sshd tells the same refusal in words of its own ("Failed password …"): weight 0 keeps it from counting
    // twice. `ruser` can be chosen by the other side, `rhost` and `user` come after it.
    event.kind = EventKind::kLoginFailed;
    const auto tail = message.substr(std::min(last_word_at(message, " rhost="), message.size()));
    event.address = between(tail, "rhost=", " ");
    event.account = between(tail, " user=", " ");
    const auto service = event.field(FieldName::kService);
    const bool own_words =
        std::find(std::begin(kOwnWords), std::end(kOwnWords), service) != std::end(kOwnWords);
    if (own_words) event.kind = EventKind::kServiceLoginFailed;
    if (own_words || service == "sshd") event.add(FieldName::kRepeat, "0");
    return true;
  }
  return false;
}

/// "webadmin : TTY=pts/0 ; PWD=/home/webadmin ; USER=root ; COMMAND=/usr/bin/bash"
bool parse_sudo(std::string_view text, Event& event) {
  const auto colon = text.find(" : ");
  if (colon == text.npos) return false;
  auto account = text.substr(0, colon);
  while (account.starts_with(' ')) account.remove_prefix(1);
  const auto rest = text.substr(colon + 3);
  const auto command = rest.find("COMMAND=");
  if (command == rest.npos) return false;
  event.kind = EventKind::kSudo;
  event.account = account;
  event.add(FieldName::kCommand, rest.substr(command + 8));
  const auto before = rest.substr(0, command);
  const auto user = before.rfind("USER=");
  if (user != before.npos) {
    event.add(FieldName::kTarget, before.substr(user + 5, before.find(' ', user) - user - 5));
  }
  event.add(FieldName::kTerminal, between(before, "TTY=", " ;"));
  if (!rest.starts_with("TTY=") && !rest.starts_with("PWD=")) {
    event.add(FieldName::kAction, rest.substr(0, rest.find(" ;")));  // "command not allowed", "3 incorrect …"
  }
  return true;
}

/// util-linux "(to root) webadmin on pts/0", shadow "Successful su for root by webadmin"
bool parse_su(std::string_view text, Event& event) {
  if (drop_prefix(text, "(to ")) {
    const auto close = text.find(") ");
    if (close == text.npos) return false;
    event.add(FieldName::kTarget, text.substr(0, close));
    text.remove_prefix(close + 2);
    event.account = text.substr(0, text.find(' '));
    event.kind = EventKind::kSu;
    return true;
  }
  const bool failed = text.starts_with("FAILED SU ") || text.starts_with("FAILED su ");
  if (failed || drop_prefix(text, "Successful su for ")) {
    event.kind = EventKind::kSu;
    event.account = between(text, " by ", " ");
    if (failed) event.add(FieldName::kAction, "failed");
    event.add(FieldName::kTarget, failed ? between(text, "for ", " )") : text.substr(0, text.find(' ')));
    return true;
  }
  return false;
}

/// useradd, usermod, userdel, chpasswd, passwd
bool parse_account_tool(std::string_view text, Event& event) {
  if (drop_prefix(text, "new user: name=")) {
    event.kind = EventKind::kAccountAdded;
    event.account = text.substr(0, text.find(','));
    event.add(FieldName::kUid, between(text, "UID=", ","));
    event.add(FieldName::kAction, "account made");
    return true;
  }
  if (drop_prefix(text, "delete user '")) {
    event.kind = EventKind::kAccountRemoved;
    event.account = text.substr(0, text.find('\''));
    event.add(FieldName::kAction, "account removed");
    return true;
  }
  if (text.starts_with("add '") && text.find("' to group '") != text.npos) {
    event.kind = EventKind::kAccountChanged;
    event.account = between(text, "add '", "'");
    event.add(FieldName::kAction, "added to a group");
    event.add(FieldName::kTarget, between(text, "' to group '", "'"));
    return true;
  }
  if (text.starts_with("change user '")) {
    event.kind = EventKind::kAccountChanged;
    event.account = between(text, "change user '", "'");
    event.add(FieldName::kAction, "account changed");
    return true;
  }
  return false;
}

/// "(root) CMD (command)", "(webadmin) REPLACE (webadmin)"
bool parse_cron(std::string_view text, Event& event) {
  if (!text.starts_with('(')) return false;
  const auto close = text.find(") ");
  if (close == text.npos) return false;
  event.account = text.substr(1, close - 1);
  text.remove_prefix(close + 2);
  const auto open = text.find(" (");
  if (open == text.npos || !text.ends_with(')')) return false;
  const auto action = text.substr(0, open);
  auto inner = text.substr(open + 2);
  inner.remove_suffix(1);
  if (action == "CMD") {
    event.kind = EventKind::kCronRun;
    event.add(FieldName::kCommand, inner);
    return true;
  }
  const bool edits =
      action == "REPLACE" || action == "DELETE" || action == "END EDIT" || action == "BEGIN EDIT";
  if (!edits && action != "LIST" && action != "RELOAD") return false;
  event.kind = EventKind::kCronEdited;
  event.add(FieldName::kAction, action);
  event.add(FieldName::kTarget, inner);
  return true;
}

using Parse = bool (*)(std::string_view, Event&);
struct Program {
  std::string_view name;
  Parse parse;
};
/// Who writes which messages. A new program is one line here.
constexpr Program kPrograms[] = {
    {"sshd", parse_sshd_message},
    {"sshd-session", parse_sshd_message},
    {"sudo", parse_sudo},
    {"su", parse_su},
    {"useradd", parse_account_tool},
    {"usermod", parse_account_tool},
    {"userdel", parse_account_tool},
    {"gpasswd", parse_account_tool},
    {"adduser", parse_account_tool},
    {"CRON", parse_cron},
    {"cron", parse_cron},
    {"crond", parse_cron},
    {"CROND", parse_cron},
    {"crontab", parse_cron},
};

}  // namespace

bool parse_auth_message(const SyslogLine& line, Event& event) {
  if (line.message.starts_with("pam_")) return parse_pam(line.message, event);
  for (const auto& program : kPrograms) {
    if (program.name == line.program) return program.parse(line.message, event);
  }
  return false;
}

}  // namespace rescue::evidence
