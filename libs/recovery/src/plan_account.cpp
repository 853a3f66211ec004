#include "plan_account.hpp"

#include <unistd.h>

#include <algorithm>

#include "dovecot_refusal.hpp"
#include "plan_parts.hpp"
#include "processes.hpp"
#include "rescue/evidence/mail_config.hpp"
#include "rescue/recovery/account_text.hpp"
#include "rescue/recovery/step_book.hpp"
#include "smtp_auth.hpp"

namespace rescue::recovery {
namespace {

/// The work on one account.
class Suspension {
 public:
  Suspension(const LiveServer& server, const Way& way, ResponsePlan& plan)
      : server_(server), way_(way), plan_(plan), local_(way.account.substr(0, way.account.find('@'))) {}

  void run() {
    if (way_.account.empty()) return hand_over("the report of the abuse names no account");
    step_ = {.id = "suspend-account:" + way_.account,
             .title = "Suspend the account " + way_.account,
             .why = "Mail was sent in masses with its password, which somebody else knows."};
    asks_ = login_sources(server_);
    if (const auto dovecot = read_dovecot(); !dovecot) return hand_over(dovecot.error().detail);
    // The system's user last: only where nothing else could know the whole name.
    for (const auto shut :
         {&Suspension::shut_sasldb_user, &Suspension::shut_exim_user, &Suspension::shut_file_users,
          &Suspension::shut_system_user, &Suspension::refuse_before_data_base}) {
      if (const auto done = (this->*shut)(); !done) return hand_over(done.error().detail);
      if (by_hand_) return;
    }
    if (!found_) {
      return hand_over("no file of this server has it: " + where_);
    }
    if (!asks_.others.empty())
      plan_.manual.push_back({"Refuse the account " + way_.account + " where else it may be known",
                              "who logs in to send mail is also checked by " + others()});
    forget_remembered(server_, way_.account, step_, plan_);
    if (step_.files.empty()) {
      plan_.already.push_back("The account " + way_.account + " cannot log in any more.");
      return;
    }
    end_sessions();
    plan_.steps.push_back(std::move(step_));
  }

 private:
  void hand_over(const std::string& why) {
    plan_.manual.push_back(
        {"Suspend the account " + (way_.account.empty() ? "that sent" : way_.account) + " by hand", why});
    by_hand_ = true;
  }

  std::string others() const {
    std::string out;
    for (const auto& one : asks_.others) out += (out.empty() ? "" : ", ") + one;
    return out;
  }

  /// What the mail servers ask, in words; and Dovecot's sources where it is among that, or nothing else is.
  Status read_dovecot() {
    if (asks_.any() && !asks_.dovecot) {
      where_ = "who logs in to send mail is checked by " + others();
      for (const auto& file : asks_.files) where_ += " " + file;
      if (asks_.sasldb) where_ += " sasldb";
      if (asks_.system) where_ += " the system (PAM, shadow)";
      return {};
    }
    bool there = false;
    for (const char* program : {"/usr/bin/doveconf", "/usr/sbin/doveconf"}) {
      const auto ended = server_.run({.program = program, .arguments = {"-n"}});
      there = there || ended || ended.error().problem != "program-missing";
      if (!ended || ended->exit_code != 0) continue;
      sources_ = password_sources(ended->output);
      break;
    }
    RESCUE_ASSIGN(const auto settings, server_.files.read("/etc/dovecot/dovecot.conf"));
    if (sources_.empty() && (there || settings))
      return fail(ErrorCode::kConflict, "unsafe-file",
                  "Dovecot is there and does not tell where it has passwords from");
    for (const auto& source : sources_) {
      where_ += (where_.empty() ? "Dovecot asks " : ", ") + source.driver;
      const bool file = source.driver == "passwd-file";
      if (file ? source.path.empty() && !source.deny : !is_system(source))
        elsewhere_ = file ? "files whose names depend on the user" : "a data base (" + source.driver + ")";
    }
    if (where_.empty()) where_ = "no mail server here tells what it checks passwords with";
    if (!asks_.others.empty()) where_ += "; also asked: " + others();
    return {};
  }

  static bool is_system(const PasswordSource& source) {
    return source.driver == "pam" || source.driver == "shadow" || source.driver == "passwd";
  }

  /// "sales@example.jp" is not the system's "sales", nor another file's, where anything could know it whole.
  bool names_domain() const { return local_ != way_.account; }

  /// Changed, or as it is to be: found in either case.
  void take(FileChange change, bool found) {
    found_ = found_ || found;
    if (change.before && change.after && change.before->bytes == change.after->bytes) return;
    step_.files.push_back(std::move(change));
  }

  /// One account's line of a file of passwords.
  void take_line(FileChange change) {
    change.secret = true;
    change.by_line = true;
    take(std::move(change), true);
  }

  Status shut_file_users() {
    for (const auto& source : sources_) {
      if (source.driver != "passwd-file" || source.deny || source.path.empty()) continue;
      RESCUE_ASSIGN(const auto file, server_.files.read(source.path));
      if (!file) continue;
      for (const auto& name : {way_.account, local_}) {
        if (name != way_.account && (found_ || !elsewhere_.empty() || !asks_.others.empty())) break;
        const auto text = with_unusable_password(file->bytes, name);
        if (!text) continue;
        auto change = changed(source.path, *file, *text);
        take_line(std::move(change));
        break;
      }
    }
    return {};
  }

  /// Exim looks the very name up.
  Status shut_exim_user() {
    for (const auto& path : asks_.files) {
      RESCUE_ASSIGN(const auto file, server_.files.read(path));
      const auto text = file ? with_unusable_password(file->bytes, way_.account) : std::nullopt;
      if (text) take_line(changed(path, *file, *text));
    }
    return {};
  }

  Status shut_system_user() {
    const bool system = asks_.system || std::any_of(sources_.begin(), sources_.end(), is_system);
    if (!system || !asks_.others.empty()) return {};
    if (names_domain() && (found_ || !elsewhere_.empty())) return {};
    RESCUE_ASSIGN(const auto passwd, server_.files.read("/etc/passwd"));
    RESCUE_ASSIGN(const auto shadow, server_.files.read("/etc/shadow"));
    const auto id = passwd ? user_id(passwd->bytes, local_) : std::nullopt;
    if (!id || !shadow) return {};
    if (*id == 0) {
      hand_over("it is root's");
      return {};
    }
    if (users_above(server_.files).contains(*id)) {
      hand_over("this server is reached by it: give it a new password first");
      return {};
    }
    const auto text = with_locked_password(shadow->bytes, local_);
    if (!text) return {};
    take_line(changed("/etc/shadow", *shadow, *text));
    user_ = std::to_string(*id);
    step_.notes.push_back("The user " + local_ +
                          " of the system cannot log in by password in any way until it is set anew; keys "
                          "for SSH are not touched.");
    return {};
  }

  /// Berkeley DB: Cyrus' own program takes the user out of a copy.
  Status shut_sasldb_user() {
    if (!asks_.sasldb) return {};
    auto paths = asks_.sasldb_paths;
    for (const char* path : {"/etc/sasldb2", "/etc/sasl2/sasldb2", "/var/spool/postfix/etc/sasldb2"}) {
      if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.emplace_back(path);
    }
    for (const auto& path : paths) {
      RESCUE_ASSIGN(const auto file, server_.files.read(path));
      if (!file) continue;
      const auto listed = server_.run({.program = "/usr/sbin/sasldblistusers2", .arguments = {"-f", path}});
      if (!listed || listed->exit_code != 0)
        return fail(ErrorCode::kConflict, "unsafe-file", "Cyrus' program does not list " + path);
      const auto entries = entries_in(listed->output);
      if (entries.size() > 1)
        return fail(ErrorCode::kConflict, "unsafe-file",
                    path + " has it in several realms, and which of them was abused is not known");
      if (!entries.empty()) RESCUE_TRY(take_out_of_sasldb(path, *file, entries));
    }
    return {};
  }

  /// User and realm of the account's lines in a list of sasldblistusers2, "user@realm: userPassword"; of a
  /// name without a realm those of the mail server's own, of all where that is not known.
  std::vector<std::pair<std::string, std::string>> entries_in(const std::string& list) const {
    std::vector<std::pair<std::string, std::string>> entries;
    for (const auto& line : evidence::split_list(list, "\n")) {
      const auto entry = line.substr(0, line.find(": "));
      const auto realm_at = entry.rfind('@');
      if (realm_at == std::string::npos) continue;
      const auto realm = entry.substr(realm_at + 1);
      const bool bare =
          entry.substr(0, realm_at) == way_.account && (asks_.realm.empty() || realm == asks_.realm);
      if (entry != way_.account && !bare) continue;
      entries.emplace_back(entry.substr(0, realm_at), realm);
    }
    return entries;
  }

  /// In a copy of this process' own: two plans may go on at a time.
  Status take_out_of_sasldb(const std::string& path, const FileState& file,
                            const std::vector<std::pair<std::string, std::string>>& entries) {
    const std::string copy = std::string(kStateFolder) + "/sasldb.trial." + std::to_string(::getpid());
    RESCUE_TRY(server_.files.make_private_folder(kStateFolder));
    RESCUE_TRY(server_.files.put(copy, file));
    for (const auto& [user, realm] : entries) {
      (void)server_.run(
          {.program = "/usr/sbin/saslpasswd2", .arguments = {"-d", "-f", copy, "-u", realm, user}});
    }
    const auto left = server_.run({.program = "/usr/sbin/sasldblistusers2", .arguments = {"-f", copy}});
    const auto shorter = server_.files.read(copy);
    RESCUE_TRY(server_.files.remove(copy));
    if (!left || left->exit_code != 0 || !entries_in(left->output).empty() || !shorter || !*shorter)
      return fail(ErrorCode::kConflict, "unsafe-file", "Cyrus' program does not take it out of " + path);
    auto change = changed(path, file, (*shorter)->bytes);
    change.secret = true;
    take(std::move(change), true);
    return {};
  }

  Status refuse_before_data_base() {
    if (elsewhere_.empty()) return {};
    RESCUE_ASSIGN(auto refusal, refuse_at_dovecot(server_.files, sources_, way_.account));
    if (!refusal.why_not.empty()) {
      const std::string why = "Dovecot may know it from " + elsewhere_ + ", and " + refusal.why_not;
      if (!found_) return fail(ErrorCode::kConflict, "unsafe-file", why);
      plan_.manual.push_back({"Refuse the account " + way_.account + " where else it may be known", why});
      return {};
    }
    found_ = true;
    if (refusal.already) return {};
    for (auto& file : refusal.files) step_.files.push_back(std::move(file));
    step_.actions.push_back({.why = "Dovecot reads its settings again",
                             .program = "/usr/bin/doveadm",
                             .arguments = {"reload"},
                             .on_undo = true});
    step_.notes.push_back("Its password may be in " + elsewhere_ +
                          ", not touched: Dovecot refuses the user before it asks there. What logs "
                          "in elsewhere with that password is a person's to look for.");
    return {};
  }

  void end_sessions() {
    const bool dovecot = !sources_.empty();
    if (dovecot) {
      step_.actions.push_back({.why = "Dovecot forgets the password that it remembered",
                               .program = "/usr/bin/doveadm",
                               .arguments = {"auth", "cache", "flush", way_.account},
                               .on_undo = true});
      step_.actions.push_back({.why = "its sessions with Dovecot end",
                               .program = "/usr/bin/doveadm",
                               .arguments = {"kick", way_.account}});
    }
    if (!user_.empty())
      step_.actions.push_back({.why = "its mail and log-in sessions end", .ends = "of-user", .of = user_});
    // Of which addresses it was used is not known whole: a botnet comes from many.
    step_.actions.push_back(
        {.why = "the mail server's sessions from outside end, since it is not known which of "
                "them logged in with it; other clients come again",
         .ends = "smtp-sessions"});
  }

  const LiveServer& server_;
  const Way& way_;
  ResponsePlan& plan_;
  std::string local_, where_, elsewhere_, user_;
  LoginSources asks_;
  std::vector<PasswordSource> sources_;
  Step step_;
  bool found_ = false, by_hand_ = false;
};

}  // namespace

void plan_account(const LiveServer& server, const Way& way, ResponsePlan& plan) {
  Suspension(server, way, plan).run();
}

}  // namespace rescue::recovery
