#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace rescue {

/// HMAC-SHA-256 (RFC 2104) with one key, which is prepared once: a third of the time of one call that does
/// both. One thread at a time.
class HmacSha256 {
 public:
  explicit HmacSha256(std::string_view key);
  ~HmacSha256();
  HmacSha256(HmacSha256&&) noexcept;
  HmacSha256& operator=(HmacSha256&&) noexcept;
  /// Of the parts, one after the other, as 64 lower-case hex digits.
  std::string hex(std::initializer_list<std::string_view> parts);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rescue
