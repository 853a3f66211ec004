#pragma once

#include <chrono>
#include <string>

#include "rescue/seal/keyring.hpp"
#include "rescue/seal/public_keys.hpp"

namespace rescue::ctl {

/// The two files that the keys for sealed access are in: the worker's keyring (mode 0600), and what intake
/// shows of it.
struct SealingFiles {
  std::string keyring;
  std::string public_keys;
};

/// What is in the files. One that is missing is empty.
struct SealingKeyset {
  seal::Keyring keyring;
  seal::PublicKeys public_keys;
};
/// kInvalid ("bad-key-file").
Result<SealingKeyset> read_sealing_keys(const SealingFiles& files);

struct NewSealingKey {
  Timestamp now;
  std::chrono::days in_force{400};
  std::chrono::days grace{7};  ///< for how long boxes to earlier keys are taken
  bool first = false;          ///< kConflict ("bad-key-file") where there is a key already
};
/// Makes a key. The keyring is written first: no key is shown that the worker could not open boxes to. The
/// key as it is shown.
Result<seal::OfferedKey> add_sealing_key(const SealingFiles& files, const NewSealingKey& wish);
/// kNotFound; kConflict while boxes to it are taken ("bad-key-file").
Status remove_sealing_key(const SealingFiles& files, const std::string& id, Timestamp now);

}  // namespace rescue::ctl
