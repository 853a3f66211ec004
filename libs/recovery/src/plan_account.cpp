#include "plan_account.hpp"

#include <unistd.h>

#include <algorithm>

#include "plan_parts.hpp"
#include "processes.hpp"
#include "rescue/evidence/mail_config.hpp"
#include "rescue/recovery/account_text.hpp"
#include "rescue/recovery/step_book.hpp"
#include "served_sites.hpp"

namespace rescue::recovery {
namespace {

constexpr const char* kDenyList = "/etc/dovecot/rescue-refused-users";
constexpr const char* kDenySettings = "/etc/dovecot/conf.d/00-rescue-refused-users.conf";

/// The program and its words; empty where it might only be ended by them: Debian's script starts it by its
/// settings alone.
std::vector<std::string> restart_of_saslauthd(const ServerFiles& files) {
  for (const char* unit :
       {"/usr/lib/systemd/system/saslauthd.service", "/lib/systemd/system/saslauthd.service"}) {
    const auto file = files.read(unit);
    if (file && *file) return {"/usr/bin/systemctl", "restart", "saslauthd"};
  }
  const auto script = files.read("/etc/init.d/saslauthd");
  if (!script || !*script) return {};
  for (const auto& path : files_in(files, "/etc/default")) {
    if (!path.starts_with("/etc/default/saslauthd")) continue;
    const auto settings = files.read(path);
    if (!settings || !*settings) continue;
    for (const auto& line : evidence::split_list((*settings)->bytes, "\n"))
      if (line.starts_with("START=yes") || line.starts_with("START=\"yes"))
        return {"/usr/sbin/service", "saslauthd", "restart"};
  }
  return {};
}

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
    if (const auto dovecot = read_dovecot(); !dovecot) return hand_over(dovecot.error().detail);
    for (const auto shut : {&Suspension::shut_file_users, &Suspension::shut_system_user,
                            &Suspension::shut_sasldb_user, &Suspension::refuse_before_data_base}) {
      if (const auto done = (this->*shut)(); !done) return hand_over(done.error().detail);
      if (by_hand_) return;
    }
    if (!found_) {
      return hand_over("no file of this server has it: " + where_);
    }
    forget_in_saslauthd();
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

  Status read_dovecot() {
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
    if (where_.empty()) where_ = "there is no Dovecot that says where it has passwords from";
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

  Status shut_file_users() {
    for (const auto& source : sources_) {
      if (source.driver != "passwd-file" || source.deny || source.path.empty()) continue;
      RESCUE_ASSIGN(const auto file, server_.files.read(source.path));
      if (!file) continue;
      for (const auto& name : {way_.account, local_}) {
        if (name != way_.account && !elsewhere_.empty()) break;
        const auto text = with_unusable_password(file->bytes, name);
        if (!text) continue;
        auto change = changed(source.path, *file, *text);
        change.secret = true;
        take(std::move(change), true);
        break;
      }
    }
    return {};
  }

  Status shut_system_user() {
    const bool system = std::any_of(sources_.begin(), sources_.end(), is_system);
    const bool asked = names_domain() ? system && !found_ && elsewhere_.empty() : system || sources_.empty();
    if (!asked) return {};
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
    auto change = changed("/etc/shadow", *shadow, *text);
    change.secret = true;
    take(std::move(change), true);
    user_ = std::to_string(*id);
    step_.notes.push_back("The user " + local_ +
                          " of the system cannot log in by password in any way until it is set anew; keys "
                          "for SSH are not touched.");
    return {};
  }

  /// Berkeley DB: Cyrus' own program takes the user out of a copy.
  Status shut_sasldb_user() {
    for (const char* path : {"/etc/sasldb2", "/etc/sasl2/sasldb2", "/var/spool/postfix/etc/sasldb2"}) {
      RESCUE_ASSIGN(const auto file, server_.files.read(path));
      if (!file) continue;
      const auto listed = server_.run({.program = "/usr/sbin/sasldblistusers2", .arguments = {"-f", path}});
      if (!listed || listed->exit_code != 0) continue;
      const auto entries = entries_in(listed->output);
      if (!entries.empty()) RESCUE_TRY(take_out_of_sasldb(path, *file, entries));
    }
    return {};
  }

  /// User and realm of the account's lines in a list of sasldblistusers2: "user@realm: userPassword".
  std::vector<std::pair<std::string, std::string>> entries_in(const std::string& list) const {
    std::vector<std::pair<std::string, std::string>> entries;
    for (const auto& line : evidence::split_list(list, "\n")) {
      const auto entry = line.substr(0, line.find(": "));
      const auto realm_at = entry.rfind('@');
      if (realm_at == std::string::npos ||
          (entry != way_.account && entry.substr(0, realm_at) != way_.account))
        continue;
      entries.emplace_back(entry.substr(0, realm_at), entry.substr(realm_at + 1));
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
    RESCUE_ASSIGN(const auto main, server_.files.read("/etc/dovecot/dovecot.conf"));
    const bool includes = main && main->bytes.find("\n!include conf.d/*.conf") != std::string::npos;
    const bool newer =
        std::any_of(sources_.begin(), sources_.end(), [](const auto& source) { return source.named; });
    if (!includes || newer) {
      const std::string why = "Dovecot may know it from " + elsewhere_ + ", and its settings " +
                              (newer ? "are of a version that is not changed here"
                                     : "include no folder that a refusal could be put in");
      if (!found_) return fail(ErrorCode::kConflict, "unsafe-file", why);
      plan_.manual.push_back({"Refuse the account " + way_.account + " where else it may be known", why});
      return {};
    }
    RESCUE_ASSIGN(const auto settings, server_.files.read(kDenySettings));
    RESCUE_ASSIGN(const auto list, server_.files.read(kDenyList));
    const std::string names = list ? list->bytes : "";
    const auto lines = evidence::split_list(names, "\n");
    found_ = true;
    const bool listed = std::find(lines.begin(), lines.end(), way_.account) != lines.end();
    if (listed && settings) return {};
    if (!settings) {
      step_.files.push_back(created(
          kDenySettings, std::string("# Users whom rescue-responder suspended: nobody in this list can log "
                                     "in.\npassdb {\n  driver = passwd-file\n  deny = yes\n  args = ") +
                             kDenyList + "\n}\n"));
    }
    if (!listed) {
      step_.files.push_back(list ? changed(kDenyList, *list, names + way_.account + "\n")
                                 : created(kDenyList, way_.account + "\n"));
    }
    step_.actions.push_back({.why = "Dovecot reads its settings again",
                             .program = "/usr/bin/doveadm",
                             .arguments = {"reload"},
                             .on_undo = true});
    step_.notes.push_back("Its password may be in " + elsewhere_ +
                          ", not touched: Dovecot refuses the user before it asks there. What logs "
                          "in elsewhere with that password is a person's to look for.");
    return {};
  }

  /// As Debian starts it ("-c"), what was right once is right for eight hours more (saslauthd(8)).
  void forget_in_saslauthd() {
    if (!runs_with(server_.files, "saslauthd", "-c")) return;
    auto restart = restart_of_saslauthd(server_.files);
    if (restart.empty()) {
      plan_.manual.push_back(
          {"Restart saslauthd by hand", "it may remember the password of " + way_.account +
                                            " for hours, and nothing here says how it is started"});
      return;
    }
    const auto program = restart.front();
    restart.erase(restart.begin());
    step_.actions.push_back({.why = "saslauthd forgets the passwords that it remembered",
                             .program = program,
                             .arguments = std::move(restart)});
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
    if (!way_.addresses.empty()) {
      step_.actions.push_back({.why = "the mail server's sessions with those who abused it end",
                               .ends = "smtp-sessions",
                               .of = way_.account,
                               .addresses = way_.addresses});
    }
  }

  const LiveServer& server_;
  const Way& way_;
  ResponsePlan& plan_;
  std::string local_, where_, elsewhere_, user_;
  std::vector<PasswordSource> sources_;
  Step step_;
  bool found_ = false, by_hand_ = false;
};

}  // namespace

void plan_account(const LiveServer& server, const Way& way, ResponsePlan& plan) {
  Suspension(server, way, plan).run();
}

}  // namespace rescue::recovery
