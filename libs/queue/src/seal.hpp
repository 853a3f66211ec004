#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/hmac.hpp"

namespace rescue::queue {

/// A seal shows that an entry was put into its stream by one who holds the secret: HMAC-SHA-256 (RFC 2104)
/// over the stream's key, a line feed and the payload, as 64 hex digits. One thread at a time.
class Sealer {
 public:
  explicit Sealer(const std::vector<std::string>& secrets) {
    for (const auto& secret : secrets) keys_.emplace_back(secret);
  }
  /// By the first secret; "" when there is none.
  std::string seal(std::string_view key, std::string_view payload) {
    return keys_.empty() ? std::string() : keys_.front().hex({key, "\n", payload});
  }
  /// True when `given` is the seal of any of the secrets, or there are none to ask for.
  bool is_sealed(std::string_view key, std::string_view payload, std::string_view given);

 private:
  std::vector<HmacSha256> keys_;
};

}  // namespace rescue::queue
