#include "plan_script.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "plan_parts.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/recovery/account_text.hpp"
#include "rescue/recovery/postfix_server.hpp"
#include "rescue/recovery/postfix_text.hpp"
#include "served_sites.hpp"
#include "trial.hpp"

namespace rescue::recovery {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNoProgramOfASite =
    "a log that users of this server can write names it, and it is no plain program of a site";
/// A log line's longer names are cut there when they are read.
constexpr std::size_t kCutBytes = 256;

bool is_there(const ServerFiles& files, const std::string& path) {
  std::error_code error;
  return fs::exists(files.outer(path), error);
}

/// Where apache's settings for all sites lie, and what reads them; nothing where PHP is no module of it.
struct Apache {
  std::string settings;  ///< our file there
  std::string control;
};

std::optional<Apache> apache_with_php(const ServerFiles& files) {
  for (const auto& name : files_in(files, "/etc/apache2/mods-enabled")) {
    const auto file = name.substr(name.rfind('/') + 1);
    if (file.starts_with("php") && file.ends_with(".load"))
      return Apache{"/etc/apache2/conf-enabled/rescue-stopped-mail-", "/usr/sbin/apache2ctl"};
  }
  for (const auto& name : files_in(files, "/etc/httpd/conf.modules.d")) {
    if (name.ends_with("-php.conf"))
      return Apache{"/etc/httpd/conf.d/rescue-stopped-mail-", "/usr/sbin/apachectl"};
  }
  return std::nullopt;
}

/// Nothing in it means anything else to apache.
bool is_plain(std::string_view path) {
  return path.find_first_of("\"\\<>*?[]{}$%~'#") == path.npos;
}

/// What a web server runs when it is asked for it.
bool is_program(std::string_view path) {
  constexpr std::array<std::string_view, 6> kPrograms{".php", ".phtml", ".php5", ".pl", ".cgi", ".py"};
  return std::any_of(kPrograms.begin(), kPrograms.end(),
                     [&](std::string_view end) { return path.ends_with(end); });
}

/// A line at the end of a file of PHP-FPM's counts for the last of its pools only.
bool has_one_pool(std::string_view settings) {
  const auto lines = evidence::split_list(settings, "\r\n");
  return std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
           const auto words = evidence::split_list(line, " \t");
           return !words.empty() && words.front().starts_with('[');
         }) == 1;
}

/// The work on one script or user.
class Stop {
 public:
  Stop(const LiveServer& server, const Way& way, ResponsePlan& plan)
      : server_(server), files_(server.files), way_(way), plan_(plan) {}

  void run() {
    if (way_.script.empty()) return stop_user();
    const auto resolved = files_.resolved(way_.script);
    if (!resolved && resolved.error().code == ErrorCode::kNotFound && way_.script.size() < kCutBytes) {
      plan_.already.push_back("The script " + way_.script + " is no longer there.");
      return;
    }
    if (!resolved)
      return hand_over(resolved.error().detail + (way_.script.size() < kCutBytes
                                                      ? ""
                                                      : "; the log gives no more of a long name than this"));
    const auto served = served_above(files_, way_.script);
    if (*resolved != way_.script || served.empty() || !is_program(way_.script))
      return hand_over(kNoProgramOfASite);
    const auto file = files_.read(way_.script);
    if (!file || !*file) return hand_over(file ? "it is not there" : file.error().detail);
    // A link or a forged line in a log must never have root take away what is not a site's user's.
    const bool odd = std::any_of(served.begin(), served.end(), [&](const std::string& folder) {
      return in_odd_place(std::string_view(way_.script).substr(folder.size()));
    });
    if (!odd) return stop_application(way_.script);
    if ((*file)->uid == 0) return hand_over(kNoProgramOfASite);
    take_away(way_.script, **file);
  }

 private:
  void hand_over(const std::string& why) {
    plan_.manual.push_back({"Stop the mailing of " +
                                (way_.script.empty() ? "the user " + way_.account : way_.script) + " by hand",
                            why});
  }

  static std::string id_of(const std::string& what) { return "stop-script:" + what; }

  void add_ending(Step& step, const std::string& script) {
    step.actions.push_back({.why = "what still runs it ends", .ends = "with-script", .of = script});
  }

  void take_away(const std::string& script, const FileState& file) {
    Step step{
        .id = id_of(script),
        .title = "Take the script " + script + " away and keep it, out of reach, in the record of this step",
        .why =
            "It sent mail in masses, and it lies where visitors' files lie and no program belongs: nothing "
            "of the site needs it."};
    step.files.push_back({.path = script, .before = file});
    add_ending(step, script);
    plan_.steps.push_back(std::move(step));
  }

  void stop_application(const std::string& script) {
    const auto folder = application_folder(files_, script);
    const auto apache = apache_with_php(files_);
    if (!apache || !script.ends_with(".php")) return stop_pool(script, folder);
    // Each of both may be what runs it: a lever that is not in the way does nothing.
    if (served_by_fastcgi(files_, script)) stop_pool(script, folder);
    if (!is_plain(folder)) return hand_over("its folder has a name that cannot stand in apache's settings");
    const std::string path = apache->settings + sha256_hex(folder).substr(0, 12) + ".conf";
    const auto there = files_.read(path);
    if (!there) return hand_over(there.error().detail);
    const std::string text =
        "# Written by rescue-responder: PHP in this folder sends no mail until it is mended.\n<Directory \"" +
        folder + "\">\n  php_admin_value sendmail_path \"/bin/false\"\n</Directory>\n";
    if (*there && (*there)->bytes == text) {
      plan_.already.push_back("PHP in " + folder + " sends no mail any more.");
      return;
    }
    Step step{.id = id_of(script),
              .title = "PHP in " + folder + " sends no mail any more (mail() fails)",
              .why = "The script " + script +
                     " sent mail in masses and is part of an application, which goes on working but for its "
                     "mail; other folders' mail is not touched.",
              .check = Check::kApache};
    step.files.push_back(*there ? changed(path, **there, text) : created(path, text));
    add_ending(step, script);
    step.actions.push_back({.why = "apache reads its settings again",
                            .program = apache->control,
                            .arguments = {"graceful"},
                            .on_undo = true});
    step.notes.emplace_back(
        "A script that speaks SMTP itself is not stopped by this. The application has to be mended, then "
        "this step undone.");
    plan_.steps.push_back(std::move(step));
  }

  /// PHP-FPM: the pool that runs as the script's owner, where there is one such.
  void stop_pool(const std::string& script, const std::string& folder) {
    std::vector<std::pair<std::string, FileState>> pools;
    for (const auto& version : files_in(files_, "/etc/php")) {
      for (const auto& name : files_in(files_, version + "/fpm/pool.d")) add_pool(name, script, pools);
    }
    for (const auto& name : files_in(files_, "/etc/php-fpm.d")) add_pool(name, script, pools);
    if (pools.size() != 1 || !has_one_pool(pools.front().second.bytes) || !script.ends_with(".php"))
      return hand_over("neither a PHP module of apache nor one pool of PHP-FPM is clearly what runs it, in " +
                       folder);
    const auto& [path, state] = pools.front();
    const std::string line = "php_admin_value[sendmail_path] = /bin/false\n";
    if (state.bytes.find(line) != std::string::npos) {
      plan_.already.push_back("PHP of the pool " + path + " sends no mail any more.");
      return;
    }
    Step step{.id = id_of(script) + ":pool",
              .title = "PHP of the pool " + path + " sends no mail any more (mail() fails)",
              .why = "The script " + script +
                     " sent mail in masses and is part of an application; the pool is its user's, other "
                     "users' mail is not touched.",
              .check = Check::kPhpFpm};
    step.files.push_back(
        changed(path, state, state.bytes + (state.bytes.ends_with('\n') ? "" : "\n") + line));
    add_ending(step, script);
    step.actions.push_back({.why = "PHP-FPM reads its settings again",
                            .program = program_of(files_, {"/usr/sbin/service", "/usr/bin/systemctl"}),
                            .arguments = service_words(path),
                            .on_undo = true});
    plan_.steps.push_back(std::move(step));
  }

  /// "/etc/php/8.2/fpm/…" is the service php8.2-fpm, Red Hat's is php-fpm.
  std::vector<std::string> service_words(const std::string& path) const {
    const bool debian = path.starts_with("/etc/php/");
    const auto version = path.substr(9, path.find('/', 9) - 9);
    const std::string name = debian ? "php" + version + "-fpm" : "php-fpm";
    if (is_there(files_, "/usr/sbin/service")) return {name, "reload"};
    return {"reload", name};
  }

  void add_pool(const std::string& name, const std::string& script,
                std::vector<std::pair<std::string, FileState>>& pools) {
    const auto file = files_.read(name);
    const auto owner = files_.read(script);
    const auto passwd = files_.read("/etc/passwd");
    if (!name.ends_with(".conf") || !file || !*file || !owner || !*owner || !passwd || !*passwd) return;
    for (const auto& line : evidence::split_list((*file)->bytes, "\n")) {
      const auto words = evidence::split_list(line, " \t=");
      if (words.size() == 2 && words[0] == "user" && user_id((*passwd)->bytes, words[1]) == (*owner)->uid) {
        pools.emplace_back(name, **file);
        return;
      }
    }
  }

  /// A user whose processes hand mail in to postfix by sendmail(1).
  void stop_user() {
    if (way_.account.empty()) return hand_over("the report of the abuse names neither a script nor a user");
    if (way_.account == "root") return hand_over("root's own processes send mail that the server needs");
    const auto postfix = read_postfix(server_);
    if (!postfix || !*postfix) return hand_over(postfix ? "there is no postfix" : postfix.error().detail);
    const auto& main = (*postfix)->main_cf;
    const auto* set = (*postfix)->config.setting("authorized_submit_users", nullptr);
    auto words =
        set == nullptr ? std::vector<std::string>{"static:anyone"} : evidence::split_list(set->value);
    const std::string refusal = "!" + way_.account;
    if (std::find(words.begin(), words.end(), refusal) != words.end()) {
      plan_.already.push_back("The user " + way_.account + " hands in no mail any more.");
      return;
    }
    std::string value = refusal;
    for (const auto& word : words) value += ", " + word;
    Step step{.id = id_of(way_.account),
              .title = "Programs of the user " + way_.account +
                       " hand in no mail any more. main.cf: authorized_submit_users = " + value,
              .why = "They sent mail in masses, and no single script is known.",
              .check = Check::kPostfix};
    step.files.push_back(
        changed("/etc/postfix/main.cf", main, with_setting(main.bytes, "authorized_submit_users", value)));
    step.actions.push_back(reload_postfix());
    step.notes.push_back(
        "Everything that runs as " + way_.account +
        " is stopped from sending by sendmail(1), other sites among it; what speaks SMTP itself is not.");
    plan_.steps.push_back(std::move(step));
  }

  const LiveServer& server_;
  const ServerFiles& files_;
  const Way& way_;
  ResponsePlan& plan_;
};

}  // namespace

void plan_script(const LiveServer& server, const Way& way, ResponsePlan& plan) {
  Stop(server, way, plan).run();
}

}  // namespace rescue::recovery
