#pragma once

#include <string>

#include "rescue/seal/access.hpp"

namespace rescue::worker {

/// How to reach the server of one attempt, still sealed. A job opens it where it needs it and lets go of it
/// as soon as it can: the keyring is read for it and forgotten again, so that between jobs neither keys nor
/// passwords are in this process.
class SealedAccess {
 public:
  SealedAccess(std::string keyring_file, seal::SealedBox box)
      : keyring_file_(std::move(keyring_file)), box_(std::move(box)) {}

  const std::string& key_id() const { return box_.key_id; }
  /// kInvalid: "access-key-unknown", "access-not-readable", "bad-key-file"; kUnavailable
  /// ("sealing-keys-unavailable"). No error has a word of what was sealed.
  Result<seal::Access> open() const;

 private:
  std::string keyring_file_;
  seal::SealedBox box_;
};

}  // namespace rescue::worker
