#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/recovery/queue_message.hpp"

namespace rescue::recovery {

/// An address or a network of addresses.
struct AddressRange {
  std::array<unsigned char, 16> bytes{};
  bool is_v6 = false;
  unsigned bits = 0;  ///< that must be the same
  bool contains(const std::string& address) const;
};

/// "192.0.2.1", "2001:db8::/32"; nothing for what is none.
std::optional<AddressRange> parse_address_range(const std::string& text);

/// What marks a message as part of the abuse: all that is given must hold.
struct QueueCriterion {
  std::string account;  ///< compared without regard to case
  std::string sender;   ///< an address, or "*@domain"
  std::string script;   ///< the file's name; true of mail handed in on this server only
  std::optional<std::uint32_t> uid;
  std::optional<AddressRange> address;
  bool nameless_login = false;  ///< somebody logged in, and the mail server does not tell who
  bool without_login = false;   ///< true of mail alone that nobody logged in for
  std::optional<Timestamp> since, until;
  std::string text;  ///< the criterion for a person
};

/// The criteria of a plan: a message that meets one of them belongs to the abuse.
struct QueueCriteria {
  std::vector<QueueCriterion> any;

  /// Whether mail is looked for by who logged in.
  bool name_an_account() const;
  /// The first that holds, as a reason for a person; empty when none does.
  std::string reason_for(const MessageOrigin& origin, std::optional<Timestamp> received) const;
};

/// Reads {"any": [{"account"?, "sender"?, "script"?, "uid"?, "address"?, "nameless_login"?, "without_login"?,
/// "since"?, "until"?}, …]}, at most 64 of them. kInvalid with a pointer where one is wrong or too wide to
/// delete mail by: each needs an account, a sender, a script or an address; no wildcard but "*@domain";
/// networks of at most 256 IPv4 addresses or a /48; loopback only beside an account, sender or script.
Result<QueueCriteria> parse_queue_criteria(const Json& json);

}  // namespace rescue::recovery
