#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rescue/base/md5.hpp"

namespace rescue {

/// What data bases of packages name files by.
enum class DigestKind : std::uint8_t { kMd5, kSha1, kSha256, kSha384, kSha512 };

/// The digest of a file, to be compared with another: of the longer ones the first 32 bytes, which is as
/// sure.
struct FileDigest {
  DigestKind kind = DigestKind::kMd5;
  std::array<unsigned char, 32> bytes{};
  bool operator==(const FileDigest&) const = default;
};

FileDigest digest_of(const Md5Digest& md5);
/// From the hex digits of a whole digest, of either case; nothing for any other text.
std::optional<FileDigest> parse_digest(DigestKind kind, std::string_view hex);
/// As lower-case hex digits; of the longer ones those that are kept.
std::string to_hex(const FileDigest& digest);

/// Digests of a stream in pieces (RFC 1321, FIPS 180-4). One thread at a time.
class DigestStream {
 public:
  explicit DigestStream(DigestKind kind);
  ~DigestStream();
  DigestStream(DigestStream&&) noexcept;
  DigestStream& operator=(DigestStream&&) noexcept;
  void update(std::string_view bytes);
  /// The whole digest as bytes. Ends the stream and begins the next one.
  std::string take_bytes();
  /// The same, to be compared.
  FileDigest take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rescue
