#pragma once

#include <optional>
#include <string>

#include "rescue/evidence/byte_stream.hpp"

namespace rescue::evidence {

struct TarMember {
  std::string name;        ///< as it stands there, the last 1,024 bytes of a longer one
  std::uint64_t size = 0;  ///< bytes of its content
  bool regular = false;    ///< a file, no folder, link or device
};

/// A tar archive (POSIX.1-2017 pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar manual,
/// "Basic Tar Format", for long names) from its beginning to its end. Every header's checksum is held
/// against it. One thread at a time.
class TarReader {
 public:
  /// `source` is borrowed.
  explicit TarReader(ByteStream& source) : source_(source) {}
  /// The next member, nothing at the end. kCorrupt where it is damaged; the source's own errors.
  Result<std::optional<TarMember>> next();
  /// Next bytes of this member, 0 at its end.
  Result<std::size_t> read(std::span<char> into);

 private:
  struct Told;
  Result<bool> fill(std::span<char> into);
  Result<std::string> small_content();
  Status skip();

  ByteStream& source_;
  std::uint64_t left_ = 0;     // of this member's content
  std::uint64_t padding_ = 0;  // behind it
};

}  // namespace rescue::evidence
