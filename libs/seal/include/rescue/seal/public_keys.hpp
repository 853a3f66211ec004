#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/seal/key_pair.hpp"

namespace rescue::seal {

/// A public key, and until when a box that is sealed to it is taken.
struct OfferedKey {
  PublicKey key;
  Timestamp accepted_until;
};

/// The public keys, the current one first: {"keys": [{"key_id", "algorithm", "public_key",
/// "accepted_until"}]}. Nothing in it is secret.
class PublicKeys {
 public:
  PublicKeys() = default;
  /// kInvalid ("bad-key-file") names the file and the place in it.
  static Result<PublicKeys> load(const std::string& path);
  static Result<PublicKeys> parse(std::string_view json);

  /// The key to seal to; nullptr: none is in force.
  const OfferedKey* current(Timestamp now) const;
  /// nullptr: no such key, or its time is over.
  const OfferedKey* accepted(std::string_view key_id, Timestamp now) const;
  const std::vector<OfferedKey>& keys() const { return keys_; }

  /// The new current key; boxes to those before it are taken until `earlier_until` at the longest.
  void add(OfferedKey key, Timestamp earlier_until);
  /// Whether there was such a key.
  bool remove(std::string_view key_id);
  std::string encode() const;

 private:
  std::vector<OfferedKey> keys_;
};

/// As it stands in the file.
Json to_json(const OfferedKey& key);

}  // namespace rescue::seal
