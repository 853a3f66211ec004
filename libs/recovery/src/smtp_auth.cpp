#include "smtp_auth.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <map>

#include "processes.hpp"
#include "rescue/base/ascii.hpp"
#include "rescue/recovery/postfix_server.hpp"
#include "served_sites.hpp"
#include "trial.hpp"

namespace rescue::recovery {
namespace {

using Words = std::vector<std::string>;

bool has(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r");
  if (from == text.npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(" \t\r") + 1 - from));
}

void add_once(Words& words, const std::string& word) {
  if (!has(words, word)) words.push_back(word);
}

bool is_there(const ServerFiles& files, const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(files.outer(path), error));
}

/// "name: value", "name = value" or "NAME=\"value\"", one a line; '#' begins a comment.
std::map<std::string, std::string> settings_in(std::string_view text, char divider) {
  std::map<std::string, std::string> out;
  for (const auto& line : evidence::split_list(text, "\n")) {
    const auto at = line.find(divider);
    const auto name = lower_ascii(trimmed(line.substr(0, at)));
    if (at == std::string::npos || name.empty() || name.starts_with('#')) continue;
    auto value = trimmed(std::string_view(line).substr(at + 1));
    std::erase_if(value, [](char c) { return c == '"' || c == '\''; });
    out[name] = value;
  }
  return out;
}

/// A service's modules that know users the system does not.
void add_pam(const ServerFiles& files, LoginSources& sources) {
  sources.system = true;
  constexpr std::array<std::string_view, 7> kOther{"mysql",   "pgsql",  "ldap", "userdb",
                                                   "pwdfile", "radius", "krb5"};
  const auto text = text_of(files, "/etc/pam.d/smtp");
  for (const auto module : kOther) {
    const auto name = "pam_" + std::string(module);
    if (text.find(name + ".so") != std::string::npos) add_once(sources.others, "PAM's module " + name);
  }
}

void add_saslauthd(const LiveServer& server, LoginSources& sources) {
  std::string mechanism;
  for (const auto& words : command_lines(server.files, "saslauthd"))
    mechanism = saslauthd_of(words).mechanism;
  for (const auto& [path, name] :
       {std::pair{"/etc/default/saslauthd", "mechanisms"}, std::pair{"/etc/sysconfig/saslauthd", "mech"}}) {
    if (mechanism.empty()) mechanism = settings_in(text_of(server.files, path), '=')[name];
  }
  if (mechanism == "pam") return add_pam(server.files, sources);
  if (mechanism == "shadow" || mechanism == "getpwent") {
    sources.system = true;
  } else if (mechanism == "sasldb") {
    sources.sasldb = true;
  } else {
    add_once(sources.others, "saslauthd (" + (mechanism.empty() ? "it tells no mechanism" : mechanism) + ")");
  }
}

/// Where Cyrus' library looks for the settings of a program: Debian's Postfix, then the library's own.
std::string cyrus_settings(const ServerFiles& files, const std::string& name, const std::string& folder) {
  for (const auto& at :
       {folder, std::string("/etc/postfix/sasl"), std::string("/etc/sasl2"), std::string("/usr/lib/sasl2"),
        std::string("/usr/lib64/sasl2"), std::string("/etc/mail/sasl")}) {
    for (const auto* end : {".conf", ".conf.2"}) {
      const auto path = at + "/" + name + end;
      if (!at.empty() && is_there(files, path)) return text_of(files, path);
    }
  }
  return {};
}

void add_postfix(const LiveServer& server, LoginSources& sources, bool& saslauthd) {
  const auto postfix = read_postfix(server);
  if (!postfix) return add_once(sources.others, "Postfix (" + postfix.error().detail + ")");
  if (!*postfix) return;
  const auto& config = (*postfix)->config;
  std::vector<const evidence::SmtpService*> services{nullptr};
  for (const auto& service : config.services) services.push_back(&service);
  for (const auto* service : services) {
    const auto value = [&](std::string_view name, const char* otherwise) {
      return config.setting(name, service) == nullptr ? std::string(otherwise) : config.value(name, service);
    };
    if (lower_ascii(value("smtpd_sasl_auth_enable", "no")) != "yes") continue;
    const auto type = lower_ascii(value("smtpd_sasl_type", "cyrus"));
    if (type == "dovecot") {
      sources.dovecot = true;
    } else if (type == "cyrus") {
      const auto domain = value("smtpd_sasl_local_domain", "");
      sources.realm = domain.empty() ? value("myhostname", config.hostname.c_str()) : domain;
      add_cyrus_settings(cyrus_settings(server.files, value("smtpd_sasl_path", "smtpd"),
                                        value("cyrus_sasl_config_path", "")),
                         sources, saslauthd);
    } else {
      add_once(sources.others, "Postfix's SASL of the type " + type);
    }
  }
}

void add_exim(const LiveServer& server, LoginSources& sources, bool& saslauthd) {
  const auto exim = program_of(server.files, {"/usr/sbin/exim4", "/usr/sbin/exim"});
  if (!is_there(server.files, exim)) return;
  const auto told = server.run({.program = exim, .arguments = {"-bP", "authenticators"}});
  if (!told || told->exit_code != 0)
    return add_once(sources.others, "Exim, which does not tell its authenticators");
  add_exim_authenticators(told->output, sources, saslauthd);
}

/// The program and its words; empty where it might only be ended by them: Debian's script starts it by its
/// settings alone.
Words restart_of_saslauthd(const ServerFiles& files) {
  for (const char* unit :
       {"/etc/systemd/system/saslauthd.service", "/usr/lib/systemd/system/saslauthd.service",
        "/lib/systemd/system/saslauthd.service"}) {
    if (is_there(files, unit)) return {"/usr/bin/systemctl", "restart", "saslauthd"};
  }
  if (!is_there(files, "/etc/init.d/saslauthd")) return {};
  const auto names = files_in(files, "/etc/default");
  const bool starts = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return name.starts_with("/etc/default/saslauthd") &&
           settings_in(text_of(files, name), '=')["start"] == "yes";
  });
  return starts ? Words{"/usr/sbin/service", "saslauthd", "restart"} : Words{};
}

/// Paths in "lsearch{/…}": whole keys only, as Debian's examples have them.
Words searched_files(std::string_view condition) {
  constexpr std::string_view kSearch = "lsearch{";
  Words paths;
  for (auto at = condition.find(kSearch); at != condition.npos; at = condition.find(kSearch, at + 1)) {
    const auto from = at + kSearch.size();
    const auto path = condition.substr(from, condition.find('}', from) - from);
    const bool whole = at > 0 && std::isalpha(static_cast<unsigned char>(condition[at - 1])) == 0;
    if (whole && path.starts_with('/') && path.find('$') == path.npos) paths.emplace_back(path);
  }
  return paths;
}

std::size_t count_of(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++count;
  return count;
}

void add_condition(const std::string& name, const std::string& condition, LoginSources& sources,
                   bool& saslauthd) {
  const auto files = searched_files(condition);
  const bool known = count_of(condition, "lookup") == files.size();
  if (known && !files.empty() && condition.find("crypteq") != std::string::npos) {
    for (const auto& file : files) {
      if (file == "/etc/shadow" || file == "/etc/passwd")
        sources.system = true;
      else
        add_once(sources.files, file);
    }
  } else if (known && files.empty() && condition.find("pam{") != std::string::npos) {
    sources.system = true;
  } else if (known && files.empty() && condition.find("saslauthd{") != std::string::npos) {
    saslauthd = true;
  } else {
    add_once(sources.others, "Exim's authenticator " + name);
  }
}

}  // namespace

void add_exim_authenticators(std::string_view told, LoginSources& sources, bool& saslauthd) {
  constexpr std::string_view kHead = " authenticator:";
  std::string name;
  std::map<std::string, std::string> options;
  const auto take = [&] {
    const auto& driver = options["driver"];
    if (driver == "dovecot") {
      sources.dovecot = true;
    } else if (driver == "plaintext" && !options["server_condition"].empty()) {
      add_condition(name, options["server_condition"], sources, saslauthd);
    } else if (driver == "cyrus_sasl" || (driver == "cram_md5" && !options["server_secret"].empty()) ||
               (!driver.empty() && driver != "plaintext" && driver != "cram_md5" && driver != "external" &&
                driver != "tls")) {
      add_once(sources.others, "Exim's authenticator " + name);
    }
    options.clear();
  };
  for (const auto& line : evidence::split_list(told, "\n")) {
    if (line.ends_with(kHead)) {
      take();
      name = line.substr(0, line.size() - kHead.size());
    } else if (const auto at = line.find(" = "); at != std::string::npos) {
      options[line.substr(0, at)] = trimmed(std::string_view(line).substr(at + 3));
    }
  }
  take();
}

void add_cyrus_settings(std::string_view settings, LoginSources& sources, bool& saslauthd) {
  auto set = settings_in(settings, ':');
  const auto methods =
      evidence::split_list(set.contains("pwcheck_method") ? lower_ascii(set["pwcheck_method"]) : "auxprop");
  const auto plugins = evidence::split_list(lower_ascii(set["auxprop_plugin"]));
  const auto mechanisms = evidence::split_list(lower_ascii(set["mech_list"]));
  // All but these two ask the plugins, whatever checks a password in clear.
  bool auxprop = mechanisms.empty() || std::any_of(mechanisms.begin(), mechanisms.end(), [](const auto& one) {
                   return one != "plain" && one != "login";
                 });
  for (const auto& method : methods) {
    if (method.starts_with("auxprop"))
      auxprop = true;
    else if (method == "saslauthd")
      saslauthd = true;
    else
      add_once(sources.others, "Cyrus SASL's method " + method);
  }
  if (!auxprop) return;
  if (plugins.empty() || has(plugins, "sasldb")) sources.sasldb = true;
  if (!set["sasldb_path"].empty()) add_once(sources.sasldb_paths, set["sasldb_path"]);
  for (const auto& plugin : plugins) {
    if (plugin != "sasldb") add_once(sources.others, "Cyrus SASL's plugin " + plugin);
  }
}

LoginSources login_sources(const LiveServer& server) {
  LoginSources sources;
  bool saslauthd = false;
  add_postfix(server, sources, saslauthd);
  add_exim(server, sources, saslauthd);
  if (is_there(server.files, "/etc/mail/sendmail.cf"))
    add_cyrus_settings(cyrus_settings(server.files, "Sendmail", ""), sources, saslauthd);
  for (const auto& [path, name] : {std::pair{"/var/qmail/bin/qmail-smtpd", "qmail"},
                                   std::pair{"/usr/lib/courier/courier/esmtpd", "Courier"},
                                   std::pair{"/usr/sbin/courieresmtpd", "Courier"}}) {
    if (is_there(server.files, path)) add_once(sources.others, name);
  }
  if (saslauthd) add_saslauthd(server, sources);
  return sources;
}

Saslauthd saslauthd_of(const std::vector<std::string>& words) {
  constexpr std::string_view kWithValue = "amnOst";
  Saslauthd out;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (!word.starts_with('-')) continue;
    for (std::size_t at = 1; at < word.size(); ++at) {
      out.remembers = out.remembers || word[at] == 'c';
      if (kWithValue.find(word[at]) == kWithValue.npos) continue;
      const auto value = at + 1 < word.size() ? std::string(word.substr(at + 1))
                                              : (i + 1 < words.size() ? words[++i] : std::string());
      if (word[at] == 'a') out.mechanism = value;
      break;
    }
  }
  return out;
}

void forget_remembered(const LiveServer& server, const std::string& account, Step& step, ResponsePlan& plan) {
  const auto running = command_lines(server.files, "saslauthd");
  if (std::none_of(running.begin(), running.end(),
                   [](const auto& words) { return saslauthd_of(words).remembers; }))
    return;
  auto restart = restart_of_saslauthd(server.files);
  if (restart.empty()) {
    plan.manual.push_back({"Restart saslauthd by hand, once the account is suspended",
                           "it may remember the password of " + account +
                               " for hours (-c), and nothing here says how it is started"});
    return;
  }
  const auto program = restart.front();
  restart.erase(restart.begin());
  step.actions.push_back({.why = "saslauthd forgets the passwords that it remembered",
                          .program = program,
                          .arguments = std::move(restart),
                          .on_undo = true});
}

}  // namespace rescue::recovery
