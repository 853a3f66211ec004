#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rescue/seal/sealed_box.hpp"

namespace rescue::seal {

/// How to become root on the server.
enum class Sudo {
  kNone,             ///< the user is root
  kWithoutPassword,  ///< sudo asks for nothing
  kWithPassword,     ///< sudo asks for `sudo_password`
};

/// How to reach a running server by SSH: what the customer has sealed.
struct Access {
  std::string address;  ///< IPv4 or IPv6, without brackets; no name, whose answer others give
  std::uint16_t port = 22;
  std::string user;  ///< 1 to 64 of A-Z, a-z, 0-9 and . _ - @ + $, no - in front
  /// The server's own key, pinned: "<type> <base 64>" as authorized_keys and .pub files have it, without a
  /// comment, or the fingerprint "SHA256:<43 of base 64>" as ssh-keygen -l shows it.
  std::string host_key;
  Secret private_key;  ///< PEM or OpenSSH's form; empty: log in by password
  Secret password;     ///< one line; empty: log in by key. One of the two is there.
  Sudo sudo = Sudo::kNone;
  Secret sudo_password;  ///< with kWithPassword only, and then always; the log-in's where no other was given
};

/// Reads {"address", "port", "user", "host_key", "private_key" | "password", "sudo": "none" |
/// "without_password" | "with_password", "sudo_password"?}. kInvalid ("access-not-readable"): the detail
/// names the field and what would be right, never what stands there.
Result<Access> read_access(std::string_view json);

/// Opens the box and reads what is in it. kInvalid: "access-key-unknown", "access-not-readable".
Result<Access> open_access(const Keyring& keys, const SealedBox& box);

}  // namespace rescue::seal
