#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>

namespace rescue {

using Md5Digest = std::array<unsigned char, 16>;

/// From 32 hex digits of either case; nothing for any other text.
std::optional<Md5Digest> parse_md5(std::string_view hex);

/// MD5 (RFC 1321) of a stream in pieces: what package data bases hold. It says that two files are the same
/// only where nobody could choose both. One thread at a time.
class Md5 {
 public:
  Md5();
  ~Md5();
  Md5(Md5&&) noexcept;
  Md5& operator=(Md5&&) noexcept;
  void update(std::string_view bytes);
  /// Ends the stream and begins the next one.
  Md5Digest take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rescue
