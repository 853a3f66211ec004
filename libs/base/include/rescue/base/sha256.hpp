#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace rescue {

/// SHA-256 (FIPS 180-4) as 64 lower-case hex digits. Thread-safe.
std::string sha256_hex(std::string_view bytes);
/// True for 64 lower-case hex digits.
bool is_sha256_hex(std::string_view text);
/// Same content, compared in a time that depends on the lengths only.
bool equal_constant_time(std::string_view a, std::string_view b);

/// SHA-256 of a stream in pieces. One thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  /// Ends the stream; the object must not be used after it.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rescue
