#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/result.hpp"
#include "ssh_session.hpp"

namespace rescue::target {

/// The key that a server must have: given whole, or by its SHA-256 fingerprint.
class PinnedKey {
 public:
  /// kInvalid ("bad-access") for what is neither.
  static Result<PinnedKey> parse(const std::string& text);

  /// The algorithms to ask the server for, one try after the other: it has several keys and shows one, and a
  /// fingerprint does not say of which kind it is.
  std::vector<const char*> algorithms() const;
  bool fits(ssh_key shown) const;

 private:
  Key key_;                  ///< or
  std::string fingerprint_;  ///< "SHA256:…" without padding
};

/// "SHA256:…", for our sentences.
std::string fingerprint_of(ssh_key key);

}  // namespace rescue::target
