#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rescue/base/result.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// A file in a zip archive (PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4).
struct ZipMember {
  std::string name;          ///< as it stands there, the last 1,024 bytes of a longer one
  std::uint64_t offset = 0;  ///< of its local header in the file
  std::uint64_t packed = 0;  ///< bytes as it lies there, as it says itself
  std::uint64_t size = 0;    ///< bytes unpacked, as it says itself
  std::uint32_t crc = 0;
  std::uint16_t method = 0;
  bool encrypted = false;

  bool readable() const { return !encrypted && (method == 0 || method == 8); }  ///< stored or deflate
};

struct ZipListing {
  std::vector<ZipMember> members;  ///< without folders, in the archive's order
  bool damaged = false;  ///< the central directory is missing or broken; the local headers are told instead
  bool cut = false;      ///< there were more than are told
};

/// The members by the central directory, at most 100,000 and 16 MiB of it. Where something stands before the
/// archive, offsets are counted from its beginning, as other readers do. Zip64 counts as damaged. Errors are
/// those of reading.
Result<ZipListing> list_zip(const OpenFile& file);

struct ZipContent {
  std::string bytes;
  bool whole = false;    ///< to its end
  bool damaged = false;  ///< no such content, or not of the size or checksum that the archive tells
};

/// What a readable() member holds, at most `most` bytes of it, whatever size it tells.
Result<ZipContent> read_zip_member(const OpenFile& file, const ZipMember& member, std::size_t most);

}  // namespace rescue::evidence
