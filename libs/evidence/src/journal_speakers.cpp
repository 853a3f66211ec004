#include "journal_speakers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace rescue::evidence {
namespace {

/// Which programs speak under a name that an investigation believes, and whether only root does. PAM speaks
/// under its program's name.
struct Speaker {
  std::string_view identifier;
  std::string_view executable;  ///< without its folder; others beginning with it and "-" are as good
  bool root_only;
};
constexpr Speaker kSpeakers[] = {
    {"sshd", "sshd", true},       {"sshd-session", "sshd", true}, {"sudo", "sudo", false},
    {"su", "su", false},          {"useradd", "useradd", true},   {"usermod", "usermod", true},
    {"userdel", "userdel", true}, {"gpasswd", "gpasswd", false},  {"CRON", "cron", true},
    {"cron", "cron", true},       {"crond", "crond", true},       {"CROND", "crond", true},
    {"crontab", "crontab", false}};

/// Mail servers write as users of their own, and as several programs in one folder.
struct MailSpeaker {
  std::string_view identifier;  ///< of "postfix/smtpd" what stands before the "/"
  std::string_view part;        ///< stands in the path of all its programs
  std::string_view unit;        ///< what runs the server begins so: "postfix@-.service"
  bool daemons_only;            ///< no program that other users start writes such messages
};
constexpr MailSpeaker kMailSpeakers[] = {{"postfix", "/postfix/", "postfix", true},
                                         {"dovecot", "/dovecot/", "dovecot", true},
                                         {"exim", "/exim", "exim", false},
                                         {"exim4", "/exim", "exim", false},
                                         {"sm-mta", "/sendmail", "sendmail", false},
                                         {"sendmail", "/sendmail", "sendmail", false},
                                         {"sm-msp-queue", "/sendmail", "sendmail", false}};

/// Each of Postfix's programs has a name of its own, "postfix/submission/smtpd", another instance's
/// "postfix-out/smtpd"; the others have one for all.
const MailSpeaker* mail_speaker(const JournalEntry& entry) {
  const std::string_view identifier = entry.value(JournalField::kIdentifier);
  const auto slash = identifier.find('/');
  if (slash == identifier.npos) {
    const auto* const at = std::ranges::find(kMailSpeakers, identifier, &MailSpeaker::identifier);
    return at == std::end(kMailSpeakers) || at == std::begin(kMailSpeakers) ? nullptr : at;
  }
  const auto instance = identifier.substr(0, slash);
  constexpr const auto& kPostfix = kMailSpeakers[0];
  const bool postfix = instance == kPostfix.identifier || instance.starts_with("postfix-");
  return postfix ? &kPostfix : nullptr;
}

/// _EXE; a program that was replaced while it ran is the same.
std::string_view executable_of(const JournalEntry& entry) {
  std::string_view executable = entry.value(JournalField::kExe);
  constexpr std::string_view kUpgraded = " (deleted)";
  if (executable.ends_with(kUpgraded)) executable.remove_suffix(kUpgraded.size());
  return executable;
}

bool same_program(std::string_view executable, std::string_view wanted) {
  return executable == wanted ||
         (executable.starts_with(wanted) && executable.substr(wanted.size()).starts_with("-"));
}

/// cron's child, still root, writes down what it starts and becomes the shell that runs it: where journald
/// looks only then it finds the shell. No shell is able to write to syslog's socket.
bool is_child_of_cron(const JournalEntry& entry, std::string_view executable) {
  constexpr std::array<std::string_view, 3> kShells = {"dash", "bash", "sh"};
  const std::string_view message = entry.value(JournalField::kMessage);
  return entry.value(JournalField::kUid) == "0" && message.find(") CMD (") != message.npos &&
         std::ranges::find(kShells, base_name(executable)) != kShells.end();
}

/// People's numbers, and those that Debian, Red Hat and SUSE give to web servers.
bool is_user_or_web_server(std::string_view text) {
  std::uint32_t uid = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), uid);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size()) return false;
  constexpr std::uint32_t kFirstUser = 1000;
  constexpr std::array<std::uint32_t, 3> kWebServers = {33, 48, 30};
  return uid >= kFirstUser || std::ranges::find(kWebServers, uid) != kWebServers.end();
}

bool is_forged_mail(const JournalEntry& entry, const MailSpeaker& speaker) {
  const auto executable = executable_of(entry);
  const bool users = is_user_or_web_server(entry.value(JournalField::kUid));
  if (executable.empty()) return speaker.daemons_only && users;
  const auto lies_below = [&](std::string_view folder) { return executable.starts_with(folder); };
  if (lies_below("/opt/zimbra/")) return false;  // its programs' folders bear no such name
  const bool own = users && !lies_below("/usr/") && !lies_below("/opt/");  // "/home/x/postfix/smtpd"
  return own || executable.find(speaker.part) == executable.npos;
}

}  // namespace

bool is_forged(const JournalEntry& entry, std::string_view program) {
  if (const auto* const mail = mail_speaker(entry); mail != nullptr) return is_forged_mail(entry, *mail);

  const auto* const at =
      std::ranges::find_if(kSpeakers, [&](const Speaker& s) { return s.identifier == program; });
  if (at == std::end(kSpeakers)) return false;
  if (entry.cut) return true;  // no program that is believed writes so large ones
  const auto& uid = entry.value(JournalField::kUid);
  if (at->root_only && !uid.empty() && uid != "0") return true;
  const auto executable = executable_of(entry);
  if (executable.empty() || same_program(base_name(executable), at->executable)) return false;
  return base_name(executable) != "busybox" && !(program == "CRON" && is_child_of_cron(entry, executable));
}

bool is_of_mail_server(const JournalEntry& entry) {
  const auto* const speaker = mail_speaker(entry);
  const auto& uid = entry.value(JournalField::kUid);
  return speaker != nullptr && !entry.cut && !executable_of(entry).empty() &&
         !is_forged_mail(entry, *speaker) && !uid.empty() && !is_user_or_web_server(uid) &&
         std::string_view(entry.value(JournalField::kUnit)).starts_with(speaker->unit);
}

bool is_unit_of_mail(std::string_view unit) {
  const auto name = unit.substr(0, unit.find_first_of(".@-"));
  return std::ranges::any_of(kMailSpeakers,
                             [&](const MailSpeaker& s) { return s.unit == name || s.identifier == name; });
}

}  // namespace rescue::evidence
