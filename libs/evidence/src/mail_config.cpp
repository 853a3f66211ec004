#include "rescue/evidence/mail_config.hpp"
#include "rescue/base/ascii.hpp"

#include <algorithm>

#include "rescue/evidence/line_reader.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostBytes = 4 << 20;
constexpr std::size_t kMostDomains = 200'000, kMostNetworks = 10'000;
constexpr std::size_t kMostTables = 1000;  // files that one list may name
constexpr std::string_view kPrevents = "knowing for whom this mail server relays";

/// The text of a file of settings; nothing where there is none, a gap where it cannot be read.
std::string text_of(const SafeRoot& root, const std::string& path, Gaps& gaps) {
  auto text = root.read_small(path, kMostBytes);
  if (text) return *std::move(text);
  if (text.error().code != ErrorCode::kNotFound) {
    gaps.push_back({.path = path, .reason = text.error().detail, .prevents = std::string(kPrevents)});
  }
  return {};
}

/// Keeps what there is room for.
void add_networks(const std::vector<std::string>& words, const std::string& path, MailConfig& out,
                  Gaps& gaps) {
  auto& kept = out.own_networks;
  const auto room = std::min(words.size(), kMostNetworks - kept.size());
  kept.insert(kept.end(), words.begin(), words.begin() + static_cast<std::ptrdiff_t>(room));
  if (room == words.size()) return;
  gaps.push_back({.path = path,
                  .reason = "more networks than the limit; the rest was not taken",
                  .prevents = std::string(kPrevents)});
}

/// Domains out of postfix's lists: names, files, and tables whose source is a text file.
class Domains {
 public:
  Domains(const SafeRoot& root, MailConfig& out, Gaps& gaps) : root_(root), out_(out), gaps_(gaps) {}

  void add_list(const std::vector<std::string>& words) {
    for (const auto& word : words) {
      const auto colon = word.find(':');
      if (word.starts_with('/')) {
        add_file(word);
      } else if (colon == word.npos) {
        add(word);
      } else if (is_text_table(word.substr(0, colon)) && word.compare(colon + 1, 1, "/") == 0) {
        add_file(word.substr(colon + 1));
      } else if (word.compare(0, colon, "inline") != 0) {
        out_.own_domains_known = false;  // a data base, a pattern: more domains than can be seen
      }
    }
  }

 private:
  static bool is_text_table(std::string_view type) {
    constexpr std::string_view kTypes[] = {"hash", "btree", "lmdb", "texthash", "cdb", "dbm", "sdbm"};
    return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
  }
  /// A table's keys: domains, or addresses of which the domain is taken.
  void add_file(const std::string& path) {
    if (++tables_ > kMostTables) {
      out_.own_domains_known = false;
      return;
    }
    const auto text = text_of(root_, path, gaps_);
    for (std::string_view rest = text; !rest.empty();) {
      const auto line = take_line(rest);
      if (line.empty() || line.starts_with('#') || line.starts_with(' ') || line.starts_with('\t')) continue;
      const auto key = line.substr(0, line.find_first_of(" \t\r"));
      const auto at = key.rfind('@');
      if (at != key.npos || key.find('.') != key.npos) add(at == key.npos ? key : key.substr(at + 1));
    }
  }
  void add(std::string_view domain) {
    if (domain.starts_with('.')) domain.remove_prefix(1);
    if (!domain.empty() && out_.own_domains.size() < kMostDomains)
      out_.own_domains.insert(lower_ascii(domain));
  }

  const SafeRoot& root_;
  MailConfig& out_;
  Gaps& gaps_;
  std::size_t tables_ = 0;
};

void read_networks(const SafeRoot& root, const std::vector<std::string>& words, MailConfig& out, Gaps& gaps) {
  std::size_t tables = 0;
  for (const auto& word : words) {
    if (out.own_networks.size() >= kMostNetworks || tables >= kMostTables) {
      gaps.push_back({.path = "/etc/postfix/main.cf",
                      .reason = "more networks, or files of them, than the limit; the rest was not taken",
                      .prevents = std::string(kPrevents)});
      return;
    }
    const bool table = word.starts_with('/');
    tables += table ? 1 : 0;
    add_networks(table ? split_list(text_of(root, word, gaps)) : std::vector{word}, word, out, gaps);
  }
}

void read_postfix(const SafeRoot& root, const std::string& hostname, MailConfig& out, Gaps& gaps) {
  const std::string main = "/etc/postfix/main.cf", master = "/etc/postfix/master.cf";
  if (!root.info(main, SafeRoot::LastLink::kFollow)) return;
  out.server_found = true;
  const auto text = text_of(root, main, gaps);
  auto& postfix = out.postfix;
  postfix.hostname = hostname;
  postfix.main = parse_main_cf(text, main);
  postfix.services = parse_master_cf(text_of(root, master, gaps), master);
  postfix.read = !text.empty();
  out.own_domains_known = postfix.read;
  Domains domains(root, out, gaps);
  for (const auto* name :
       {"mydestination", "relay_domains", "virtual_mailbox_domains", "virtual_alias_domains"})
    domains.add_list(postfix.list(name, nullptr));
  read_networks(root, postfix.list("mynetworks", nullptr), out, gaps);
}

/// "203.0.113" of Sendmail's is 203.0.113.0/24; nothing where it is no address's beginning.
std::string network_of(std::string_view word) {
  constexpr std::size_t kOctets = 4;
  if (word.find_first_not_of("0123456789.") != word.npos) return {};
  const auto parts = split_list(word, ".");
  if (parts.empty() || parts.size() > kOctets) return {};
  std::string out;
  for (std::size_t i = 0; i < kOctets; ++i)
    out += (i == 0 ? "" : ".") + (i < parts.size() ? parts[i] : std::string("0"));
  return out + "/" + std::to_string(parts.size() * 8);
}

/// "hostlist relay_from_hosts = 127.0.0.1 : *", "dc_relay_nets='192.0.2.0/24'"
void read_exim_file(const SafeRoot& root, const std::string& path, MailConfig& out, Gaps& gaps) {
  const auto text = text_of(root, path, gaps);
  if (text.empty()) return;
  out.server_found = out.exim.read = true;
  std::uint64_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const auto line = take_line(rest);
    ++number;
    const auto equals = line.find('=');
    if (equals == line.npos || line.starts_with('#')) continue;
    const auto head = split_list(line.substr(0, equals), " \t");
    if (head.empty()) continue;
    auto value = line.substr(equals + 1);
    const auto& name = head.back();
    const Setting setting{std::string(value), path, number, std::string(line)};
    if (name == "relay_from_hosts" || name == "dc_relay_nets") out.exim.relay_hosts = setting;
    if (name == "relay_to_domains" || name == "dc_relay_domains") out.exim.relay_domains = setting;
    const bool own = name == "local_domains" || name == "dc_other_hostnames" || name == "relay_to_domains" ||
                     name == "dc_relay_domains";
    const auto words = split_list(value, " \t\r:;'\"");
    for (const auto& word : words) {
      if (own && word.find_first_of("*@+$/") == word.npos) out.own_domains.insert(lower_ascii(word));
    }
    if (name == "relay_from_hosts" || name == "dc_relay_nets") add_networks(words, path, out, gaps);
  }
}

void read_sendmail(const SafeRoot& root, MailConfig& out, Gaps& gaps) {
  const std::string path = "/etc/mail/sendmail.cf", access = "/etc/mail/access",
                    domains = "/etc/mail/relay-domains";
  const auto text = text_of(root, path, gaps);
  if (text.empty()) return;
  auto& sendmail = out.sendmail;
  sendmail.read = true;
  parse_sendmail_cf(text, path, sendmail);
  parse_sendmail_access(text_of(root, access, gaps), access, sendmail);
  parse_relay_domains(text_of(root, domains, gaps), domains, sendmail);
  std::vector<std::string> networks;
  for (const auto& word : sendmail.relay_words) {
    const auto network = network_of(word.value);
    if (!network.empty()) networks.push_back(network);
    if (network.empty() && out.own_domains.size() < kMostDomains)
      out.own_domains.insert(lower_ascii(word.value));
  }
  add_networks(networks, access, out, gaps);
  for (const auto& name : split_list(text_of(root, "/etc/mail/local-host-names", gaps)))
    if (out.own_domains.size() < kMostDomains) out.own_domains.insert(lower_ascii(name));
}

/// mail.log in the settings of every version and interface of PHP.
void read_php(const SafeRoot& root, MailConfig& out, Gaps& gaps) {
  constexpr std::size_t kMostEntries = 200;
  std::vector<std::string> files{"/etc/php.ini"};
  const auto add_folder = [&](const std::string& folder) {
    const auto listing = root.list(folder, kMostEntries);
    if (!listing) return;
    for (const auto& entry : listing->entries) {
      if (entry.name.ends_with(".ini")) files.push_back(folder + "/" + entry.name);
    }
  };
  add_folder("/etc/php.d");
  const auto versions = root.list("/etc/php", kMostEntries);
  for (const auto& version : versions ? versions->entries : std::vector<DirectoryEntry>()) {
    const auto interfaces = root.list("/etc/php/" + version.name, kMostEntries);
    for (const auto& one : interfaces ? interfaces->entries : std::vector<DirectoryEntry>()) {
      const auto folder = "/etc/php/" + version.name + "/" + one.name;
      add_folder(folder);
      add_folder(folder + "/conf.d");
    }
  }
  std::set<std::string> logs;
  for (const auto& file : files) {
    for (const auto& [name, setting] : parse_main_cf(text_of(root, file, gaps), file)) {
      const auto value = split_list(setting.value, " \t\"';");
      if (name == "mail.log" && !value.empty() && value[0].starts_with('/')) logs.insert(value[0]);
    }
  }
  out.php_mail_logs.assign(logs.begin(), logs.end());
}

}  // namespace

MailConfig read_mail_config(const SafeRoot& root, const std::string& hostname, Gaps& gaps) {
  MailConfig out;
  read_postfix(root, hostname, out, gaps);
  for (const auto* path : {"/etc/exim4/update-exim4.conf.conf", "/etc/exim4/exim4.conf",
                           "/etc/exim/exim.conf", "/etc/exim.conf"}) {
    read_exim_file(root, path, out, gaps);
  }
  read_sendmail(root, out, gaps);
  for (const auto* path : {"/etc/mail/sendmail.cf", "/etc/dovecot/dovecot.conf", "/var/spool/postfix",
                           "/var/spool/exim4", "/var/spool/exim", "/var/spool/mqueue"}) {
    out.server_found = out.server_found || root.info(path, SafeRoot::LastLink::kFollow).has_value();
  }
  read_php(root, out, gaps);
  return out;
}

}  // namespace rescue::evidence
