#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rescue::tether {

/// SHA-256 (FIPS 180-4) of a stream in pieces. That of libs/base would bring OpenSSL into a program that is
/// sent over the line before anything else is.
class Digest {
 public:
  void update(std::string_view bytes);
  /// 64 lower-case hex digits. Ends the stream.
  std::string hex();

 private:
  void take_block(const unsigned char* block);

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> block_{};
  std::size_t filled_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace rescue::tether
