#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rescue/seal/key_pair.hpp"

namespace rescue::seal {

/// The secret keys, the current one first, earlier ones after it: what was sealed to one that is still here
/// can be opened. In the file one line each, `<key id> <made at, RFC 3339> <secret key, base 64>`; lines that
/// begin with # and empty ones are passed over. One thread at a time.
class Keyring {
 public:
  Keyring() = default;
  /// kInvalid ("bad-key-file") names file and line, never what stands there; kUnavailable
  /// ("sealing-keys-unavailable"). The file must be its owner's alone (mode 0600).
  static Result<Keyring> load(const std::string& path);
  /// The same of text. kInvalid ("bad-key-file") with the line.
  static Result<Keyring> parse(std::string_view text);

  /// nullptr: no such key. Valid until the ring changes.
  const KeyPair* find(std::string_view key_id) const;
  const std::vector<KeyPair>& keys() const { return keys_; }
  bool empty() const { return keys_.empty(); }

  /// The new current key. kConflict ("bad-key-file") when it is there already.
  Status add(KeyPair key);
  /// kNotFound ("bad-key-file").
  Status remove(std::string_view key_id);
  /// The text of the file.
  Secret encode() const;

 private:
  std::vector<KeyPair> keys_;
};

}  // namespace rescue::seal
