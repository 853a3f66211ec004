#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rescue::evidence {

inline std::uint64_t big_number(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}
inline std::uint64_t little_number(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[i]);
  return value;
}

/// Zero where the text ends before it.
inline std::uint32_t big32(std::string_view text, std::size_t at) {
  return at > text.size() || text.size() - at < 4
             ? 0
             : static_cast<std::uint32_t>(big_number(text.substr(at, 4)));
}
inline std::uint16_t big16(std::string_view text, std::size_t at) {
  return at > text.size() || text.size() - at < 2
             ? std::uint16_t{0}
             : static_cast<std::uint16_t>(big_number(text.substr(at, 2)));
}

inline void put_big32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<unsigned char>(value >> static_cast<unsigned>(shift)));
}

/// Bytes of a file whose order of bytes is told by its beginning.
class OrderedBytes {
 public:
  explicit OrderedBytes(bool big = false) : big_(big) {}
  /// Zero where the text ends before it.
  std::uint64_t number(std::string_view text, std::size_t at, std::size_t bytes) const {
    if (at > text.size() || text.size() - at < bytes) return 0;
    return big_ ? big_number(text.substr(at, bytes)) : little_number(text.substr(at, bytes));
  }
  std::uint32_t u32(std::string_view text, std::size_t at) const {
    return static_cast<std::uint32_t>(number(text, at, 4));
  }
  std::uint16_t u16(std::string_view text, std::size_t at) const {
    return static_cast<std::uint16_t>(number(text, at, 2));
  }

 private:
  bool big_;
};

}  // namespace rescue::evidence
