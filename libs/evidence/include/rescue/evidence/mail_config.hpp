#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// Where a setting stands.
struct Setting {
  std::string value;
  std::string file;
  std::uint64_t line = 0;
  std::string text;  ///< the line as it stands
};
using Settings = std::map<std::string, Setting, std::less<>>;

/// One service of master.cf (master(5)) that takes mail over the network: smtpd, or postscreen before it.
struct SmtpService {
  std::string name;            ///< "smtp", "submission", "127.0.0.1:10025"
  bool loopback_only = false;  ///< nobody outside reaches it
  Settings overrides;          ///< its -o options
};

/// Postfix's settings as they take effect: main.cf, with what a service of master.cf overrides.
struct PostfixConfig {
  bool read = false;
  Settings main;
  std::vector<SmtpService> services;
  std::string hostname;  ///< for $myhostname where main.cf has none

  /// Where it is set for this service (null: for all), or null.
  const Setting* setting(std::string_view name, const SmtpService* service) const;
  /// Its value with $names replaced, postconf(5)'s default where it is not set and one is known, else "".
  std::string value(std::string_view name, const SmtpService* service) const;
  /// The value as a list: commas and white space divide.
  std::vector<std::string> list(std::string_view name, const SmtpService* service) const;

 private:
  std::string expand(std::string_view text, const SmtpService* service, int depth) const;
};

/// Exim's lists of who may relay, from exim's settings or Debian's update-exim4.conf.conf.
struct EximConfig {
  bool read = false;
  Setting relay_hosts;  ///< hostlist relay_from_hosts, dc_relay_nets
  Setting relay_domains;
};

/// Sendmail's settings, as far as who may relay can be seen without running its rules (cf/README, "ANTI-SPAM
/// CONFIGURATION CONTROL").
struct SendmailConfig {
  bool read = false;
  bool reachable = false;            ///< it takes connections from elsewhere
  bool refuses = false;              ///< there is a rule for those who may not relay
  Setting rule;                      ///< where recipients are checked
  Setting from_local;                ///< lets in whoever says that he writes from here; empty: nothing does
  std::vector<Setting> relay_words;  ///< of relay-domains, and keys that /etc/mail/access says RELAY of
};

/// What the disk says about the mail server. `own_*` are for comparing with the logs.
struct MailConfig {
  bool server_found = false;  ///< a mail server's settings or spool lie on the disk
  PostfixConfig postfix;
  EximConfig exim;
  SendmailConfig sendmail;
  std::set<std::string> own_domains;      ///< this server takes mail for them, lower case
  bool own_domains_known = false;         ///< no table or data base that could not be read has more
  std::vector<std::string> own_networks;  ///< as written: "192.0.2.0/24"
  std::vector<std::string> php_mail_logs;
};

/// Logical lines "name = value" of main.cf: comments dropped, indented lines joined to the one before.
Settings parse_main_cf(std::string_view text, const std::string& path);
/// Services of master.cf that take mail over the network.
std::vector<SmtpService> parse_master_cf(std::string_view text, const std::string& path);
/// Lines of sendmail.cf: rules, and the options of its ports.
void parse_sendmail_cf(std::string_view text, const std::string& path, SendmailConfig& out);
/// Keys of /etc/mail/access ("Connect:192.0.2 RELAY") or words of relay-domains, each on a line of its own.
void parse_sendmail_access(std::string_view text, const std::string& path, SendmailConfig& out);
void parse_relay_domains(std::string_view text, const std::string& path, SendmailConfig& out);
std::vector<std::string> split_list(std::string_view text, std::string_view separators = ", \t\r\n");

MailConfig read_mail_config(const SafeRoot& root, const std::string& hostname, Gaps& gaps);

}  // namespace rescue::evidence
