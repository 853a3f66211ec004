#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rescue/net/address.hpp"
#include "rescue/seal/access.hpp"

namespace rescue::worker {

/// Where access may lead. Customers write it: without this they could send us to any machine that we can
/// reach.
struct AccessPlaces {
  std::vector<std::string> under_contract;  ///< the server's; empty: not known
  net::Networks allowed = {};               ///< reachable beside the public internet, where under contract
  bool unknown_allowed = false;             ///< where it is not known, it may be any public one
  std::optional<Error> closed = {};         ///< why it leads nowhere at all
  /// kForbidden ("access-elsewhere", "access-address-unknown") without the address; `closed`.
  Status check(const std::string& address) const;
};

/// How to reach the server of one attempt, still sealed. A job opens it where it needs it and lets go of it
/// as soon as it can: the keyring is read for it and forgotten again, so that between jobs neither keys nor
/// passwords are in this process.
class SealedAccess {
 public:
  /// Without `places` it may lead anywhere.
  SealedAccess(std::string keyring_file, seal::SealedBox box, std::optional<AccessPlaces> places = {})
      : keyring_file_(std::move(keyring_file)), box_(std::move(box)), places_(std::move(places)) {}

  const std::string& key_id() const { return box_.key_id; }
  /// kInvalid: "access-key-unknown", "access-not-readable", "bad-key-file"; kUnavailable
  /// ("sealing-keys-unavailable"); what AccessPlaces says. No error has a word of what was sealed.
  Result<seal::Access> open() const;

 private:
  std::string keyring_file_;
  seal::SealedBox box_;
  std::optional<AccessPlaces> places_;
};

}  // namespace rescue::worker
