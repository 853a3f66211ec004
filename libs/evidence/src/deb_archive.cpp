#include <algorithm>
#include <array>
#include <charconv>

#include "rescue/evidence/line_reader.hpp"
#include "rescue/evidence/package_cache.hpp"
#include "rescue/evidence/part_stream.hpp"
#include "rescue/evidence/tar_archive.hpp"

namespace rescue::evidence {
namespace {

constexpr std::uint64_t kMostControlBytes = 64ULL << 20U;  // of control.tar, decompressed

Error damaged(const std::string& path, std::string_view what) {
  return {ErrorCode::kCorrupt, "damaged-file", path + ": " + std::string(what)};
}

std::string_view trimmed(std::string_view text) {
  const auto end = text.find_last_not_of(std::string_view(" \0", 2));
  return end == text.npos ? "" : text.substr(0, end + 1);
}

template <class Number>
std::optional<Number> number(std::string_view text, int base) {
  text = trimmed(text);
  while (text.starts_with(' ')) text.remove_prefix(1);
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Where control.tar.* lies: ar(5) as deb(5) uses it, a header of 60 bytes before each member.
Result<std::pair<std::uint64_t, std::uint64_t>> find_control(const OpenFile& file, const std::string& path) {
  constexpr std::uint64_t kHeader = 60, kMostMembers = 16;
  std::uint64_t offset = 8;
  for (std::uint64_t i = 0; i < kMostMembers; ++i) {
    std::array<char, kHeader> header{};
    RESCUE_ASSIGN(const auto got, file.read_at(offset, header));
    const std::string_view text(header.data(), got);
    const auto size = got == kHeader ? number<std::uint64_t>(text.substr(48, 10), 10) : std::nullopt;
    if (!size || !text.ends_with("`\n")) return fail(damaged(path, "no archive of a package"));
    if (text.starts_with("control.tar")) return std::pair(offset + kHeader, *size);
    offset += kHeader + *size + *size % 2;
  }
  return fail(damaged(path, "no control.tar in it"));
}

/// Everything that `stream` holds.
Result<std::string> read_all(ByteStream& stream, const std::string& path) {
  std::string text;
  std::array<char, 16384> piece{};
  for (;;) {
    RESCUE_ASSIGN(const auto got, stream.read(piece));
    if (got == 0) return text;
    if (text.size() + got > kMostControlBytes)
      return fail(damaged(path, "control.tar is larger than it can be"));
    text.append(piece.data(), got);
  }
}

/// A file of a tar archive.
std::optional<std::string> member(std::string_view tar, std::string_view wanted) {
  MemoryStream stream(tar);
  TarReader reader(stream);
  for (;;) {
    const auto next = reader.next();
    if (!next || !*next) return std::nullopt;
    std::string_view name = (*next)->name;
    if (name.starts_with("./")) name.remove_prefix(2);
    if (name != wanted || (*next)->size > tar.size()) continue;
    std::string content(static_cast<std::size_t>((*next)->size), '\0');
    const auto got = reader.read(content);
    return got == content.size() ? std::optional(std::move(content)) : std::nullopt;
  }
}

}  // namespace

Result<ArchiveChecksums> read_archive_checksums(const SafeRoot& root, const std::string& path) {
  RESCUE_ASSIGN(const auto file, root.open_file(path));
  std::array<char, 8> magic{};
  RESCUE_ASSIGN(const auto got, file.read_at(0, magic));
  if (std::string_view(magic.data(), got) != "!<arch>\n")
    return fail(damaged(path, "no archive of a package"));
  RESCUE_ASSIGN(const auto control, find_control(file, path));
  std::array<char, 8> first{};
  RESCUE_ASSIGN(const auto begun, file.read_at(control.first, first));
  PartStream part(file, control.first, control.second);
  const auto how = compression_of(std::string_view(first.data(), begun));
  const auto plain = decompress(how, part, {.max_bytes = kMostControlBytes});
  RESCUE_ASSIGN(const auto tar, read_all(how == Compression::kNone ? part : *plain, path));
  ArchiveChecksums out;
  const auto text = member(tar, "md5sums").value_or("");
  for (std::string_view rest = text; !rest.empty();) {
    const auto line = take_line(rest);
    const auto digest = line.size() > 34 ? parse_md5(line.substr(0, 32)) : std::nullopt;
    if (digest) out["/" + std::string(line.substr(34))] = digest_of(*digest);
  }
  return out;
}

}  // namespace rescue::evidence
