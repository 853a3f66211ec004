#include "bytes_at.hpp"
#include "rescue/evidence/package_cache.hpp"
#include "rpm_database.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kLeadBytes = 96, kIntroBytes = 16;
constexpr std::uint64_t kMostHeaderBytes = 64ULL << 20U;
constexpr std::uint64_t kGhost = 64;
constexpr std::string_view kMagic("\x8e\xad\xe8\x01", 4);

Error damaged(const std::string& path, const std::string& what) {
  return {ErrorCode::kCorrupt, "damaged-file", path + ": " + what};
}

/// The header at `offset`, without its magic number; `offset` goes on behind it.
Result<std::string> read_header(const OpenFile& file, const std::string& path, std::uint64_t& offset) {
  std::string intro(kIntroBytes, '\0');
  RESCUE_ASSIGN(const auto got, file.read_at(offset, intro));
  if (got != intro.size() || !intro.starts_with(kMagic)) return fail(damaged(path, "no package of rpm"));
  const std::uint64_t size = 8 + std::uint64_t{big32(intro, 8)} * 16 + big32(intro, 12);
  if (size > kMostHeaderBytes || size > file.info().size)
    return fail(damaged(path, "its header is larger than it can be"));
  std::string header(size, '\0');
  RESCUE_ASSIGN(const auto read, file.read_at(offset + 8, header));
  if (read != header.size()) return fail(damaged(path, "its header is cut off"));
  offset += 8 + size;
  return header;
}

}  // namespace

Result<ArchiveChecksums> read_rpm_checksums(const SafeRoot& root, const std::string& path) {
  RESCUE_ASSIGN(const auto file, root.open_file(path));
  std::string lead(4, '\0');
  RESCUE_ASSIGN(const auto got, file.read_at(0, lead));
  if (got != lead.size() || lead != "\xed\xab\xee\xdb") return fail(damaged(path, "no package of rpm"));
  std::uint64_t offset = kLeadBytes;
  RESCUE_ASSIGN(const auto signature_bytes, read_header(file, path, offset));
  offset = (offset + 7) / 8 * 8;
  RESCUE_ASSIGN(const auto bytes, read_header(file, path, offset));
  RESCUE_ASSIGN(const auto signature, RpmHeader::parse(signature_bytes));
  RESCUE_ASSIGN(const auto header, RpmHeader::parse(bytes));
  if (const auto told = signature.text(RpmTag::kSha256Header); !told.empty()) {
    DigestStream stream(DigestKind::kSha256);
    header.hash_region(stream);
    if (parse_digest(DigestKind::kSha256, told) != stream.take())
      return fail(damaged(path, "its header is not what its digest says"));
  }
  ArchiveChecksums out;
  const auto kind = rpm_digest_kind(header);
  const auto digests = header.texts(RpmTag::kFileDigests);
  const auto flags = header.numbers(RpmTag::kFileFlags);
  const auto paths = rpm_paths(header);
  for (std::size_t i = 0; kind && i < paths.size() && i < digests.size(); ++i) {
    if (i < flags.size() && (flags[i] & kGhost) != 0) continue;  // named, not brought
    if (const auto digest = parse_digest(*kind, digests[i])) out[paths[i]] = *digest;
  }
  return out;
}

}  // namespace rescue::evidence
