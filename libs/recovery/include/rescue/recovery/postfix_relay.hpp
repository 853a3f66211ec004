#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rescue/evidence/mail_config.hpp"

namespace rescue::recovery {

/// What the settings' files do not say themselves.
struct PostfixFacts {
  /// postconf(1)'s value of a setting that main.cf does not set; nothing where it is not known.
  std::function<std::optional<std::string>(const std::string& name)> fallback;
  /// postmap(1) -q: what a table says to a key; nothing where it says nothing or cannot be asked.
  std::function<std::optional<std::string>(const std::string& table, const std::string& key)> look_up;
  /// A file that a list names; nothing where it cannot be read.
  std::function<std::optional<std::string>(const std::string& path)> read_file;
  /// Of this server's interfaces, as words of mynetworks: "192.0.2.10/32".
  std::vector<std::string> own_networks = {};
  bool has_relay_restrictions = true;  ///< Postfix 2.10 and later
};

/// Why a stranger may relay at a service.
struct OpenDoor {
  std::string service;  ///< "smtp", "submission"
  std::string setting;  ///< that lets them in
  std::string reason;   ///< a sentence's end: "mynetworks holds 0.0.0.0/0, that is everybody"
};

/// The first open door of services that are reached over the network; nothing where a stranger (not logged
/// in, from elsewhere, to elsewhere) is refused at all of them. Judged as smtpd does (SMTPD_ACCESS_README):
/// smtpd_relay_restrictions and smtpd_recipient_restrictions must both let a mail pass.
std::optional<OpenDoor> open_door(const evidence::PostfixConfig& config, const PostfixFacts& facts);

struct RelayRepair {
  std::string main_cf, master_cf;                          ///< the new texts
  std::vector<std::pair<std::string, std::string>> files;  ///< lists of networks: path, new text
  std::vector<std::string> what;                           ///< one sentence each, for a person
  std::string left_open;  ///< why it could not be closed here; then nothing is to be changed
};

/// The smallest change of the settings that closes each door: words that let everybody in are taken out of
/// the lists they stand in, a refusal is put in where none is. Whoever logs in, the server's own networks and
/// 127.0.0.0/8 go on as they did.
RelayRepair close_relay(std::string_view main_cf, std::string_view master_cf, const std::string& hostname,
                        const PostfixFacts& facts);

/// "0.0.0.0/0", half of the internet, or a /8 that nobody with one server owns.
bool is_everybody(std::string_view network);

}  // namespace rescue::recovery
