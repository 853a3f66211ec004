#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rescue/base/result.hpp"
#include "rescue/evidence/mail_config.hpp"

namespace rescue::recovery {

/// What the settings' files do not say themselves.
struct PostfixFacts {
  /// postconf(1)'s value of a setting that main.cf does not set; nothing where it is not known.
  std::function<std::optional<std::string>(const std::string& name)> fallback;
  /// postmap(1) -q: what a table says to a key; nothing where it says nothing, an error where it cannot be
  /// asked.
  std::function<Result<std::optional<std::string>>(const std::string& table, const std::string& key)> look_up;
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

/// What the settings say to a stranger (not logged in, from elsewhere, to elsewhere).
struct RelayView {
  std::optional<OpenDoor> open = {};  ///< the first open door of services that are reached over the network
  /// What could not be judged and may let somebody in. Only where nothing is open and this is empty a
  /// stranger is refused.
  std::vector<std::string> unsure = {};
};
/// Judged as smtpd does (SMTPD_ACCESS_README): smtpd_relay_restrictions and smtpd_recipient_restrictions must
/// both let a mail pass.
RelayView view_relay(const evidence::PostfixConfig& config, const PostfixFacts& facts);

struct RelayRepair {
  std::string main_cf, master_cf;                          ///< the new texts
  std::vector<std::pair<std::string, std::string>> files;  ///< lists of networks: path, new text
  std::vector<std::string> what;                           ///< one sentence each, for a person
  std::string left_open;  ///< why it could not be closed here; then nothing is to be changed
};

/// The smallest change of the settings that closes each door: words that let everybody in are taken out of
/// the lists they stand in; a refusal, and before it those who log in and the server's own networks, is put
/// before what permits everybody. The server's own addresses and loopback go on as they did.
RelayRepair close_relay(std::string_view main_cf, std::string_view master_cf, const std::string& hostname,
                        const PostfixFacts& facts);

/// "0.0.0.0/0", half of the internet, or a /8 that nobody with one server owns.
bool is_everybody(std::string_view network);

}  // namespace rescue::recovery
