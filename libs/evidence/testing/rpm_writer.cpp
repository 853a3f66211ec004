#include "rescue/evidence/testing/rpm_writer.hpp"

#include <map>

#include "bytes_at.hpp"
#include "rpm_header.hpp"

namespace rescue::evidence::testing {
namespace {

enum Type : std::uint32_t { kInt8 = 2, kInt16 = 3, kInt32 = 4, kString = 6, kBinary = 7, kStrings = 8 };
constexpr std::uint32_t kRegionTag = 63;

/// An index and a store that grow.
class HeaderWriter {
 public:
  void add(RpmTag tag, Type type, std::size_t count, std::string_view data) {
    const std::size_t width = type == kInt16 ? 2 : type == kInt32 ? 4 : 1;
    while (store.size() % width != 0) store += '\0';
    put(static_cast<std::uint32_t>(tag), type, store.size(), count);
    store += data;
  }
  void text(RpmTag tag, const std::string& value) { add(tag, kString, 1, value + '\0'); }
  void put(std::uint32_t tag, std::uint32_t type, std::size_t offset, std::size_t count) {
    for (const auto value :
         {tag, type, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(count)})
      put_big32(index, value);
  }
  std::string bytes() const {
    std::string out;
    put_big32(out, static_cast<std::uint32_t>(index.size() / 16));
    put_big32(out, static_cast<std::uint32_t>(store.size()));
    return out + index + store;
  }

  std::string index, store;
};

std::string big16_of(std::uint32_t value) {
  std::string out;
  put_big32(out, value);
  return out.substr(2);
}

std::string hex_of_file(DigestKind kind, const std::string& content) {
  DigestStream stream(kind);
  stream.update(content);
  std::string hex;
  for (const char c : stream.take_bytes()) {
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4U];
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) & 15U];
  }
  return hex;
}

std::uint32_t algorithm_of(DigestKind kind) {
  const std::map<DigestKind, std::uint32_t> numbers = {{DigestKind::kMd5, 1},
                                                       {DigestKind::kSha1, 2},
                                                       {DigestKind::kSha256, 8},
                                                       {DigestKind::kSha384, 9},
                                                       {DigestKind::kSha512, 10}};
  return numbers.at(kind);
}

void add_files(const RpmPackage& package, HeaderWriter& writer) {
  std::string modes, digests, flags, folders, names, places, capabilities, algorithm;
  std::uint32_t number = 0;
  for (const auto& file : package.files) {
    const auto slash = file.path.rfind('/') + 1;
    const bool link = (file.mode & 0170000) != 0100000;
    modes += big16_of(file.mode);
    digests += (link ? "" : hex_of_file(package.kind, file.content)) + '\0';
    put_big32(flags, file.flags);
    put_big32(places, number++);
    names += file.path.substr(slash) + '\0';
    folders += file.path.substr(0, slash) + '\0';
    capabilities += file.capability + '\0';
  }
  const auto count = package.files.size();
  if (count == 0) return;
  put_big32(algorithm, algorithm_of(package.kind));
  writer.add(RpmTag::kFileModes, kInt16, count, modes);
  writer.add(RpmTag::kFileDigests, kStrings, count, digests);
  writer.add(RpmTag::kFileFlags, kInt32, count, flags);
  writer.add(RpmTag::kDirIndexes, kInt32, count, places);
  writer.add(RpmTag::kBaseNames, kStrings, count, names);
  writer.add(RpmTag::kDirNames, kStrings, count, folders);
  writer.add(RpmTag::kFileCaps, kStrings, count, capabilities);
  writer.add(RpmTag::kFileDigestAlgo, kInt32, 1, algorithm);
}

/// What the builder of the package made.
HeaderWriter region_of(const RpmPackage& package) {
  HeaderWriter writer;
  writer.text(RpmTag::kName, package.name);
  writer.text(RpmTag::kVersion, "1");
  writer.text(RpmTag::kRelease, "1");
  writer.text(RpmTag::kArch, "noarch");
  if (!package.vendor.empty()) writer.text(RpmTag::kVendor, package.vendor);
  add_files(package, writer);
  HeaderWriter mark;
  mark.put(kRegionTag, kBinary, writer.store.size(), 16);
  writer.index = mark.index + writer.index;
  HeaderWriter trailer;
  trailer.put(kRegionTag, kBinary, 0U - writer.index.size(), 16);
  writer.store += trailer.index;
  return writer;
}

std::string digest_of_region(const HeaderWriter& region, DigestKind kind, const std::string& more) {
  const auto bytes = region.bytes();
  DigestStream stream(kind);
  RpmHeader::parse(bytes)->hash_region(stream);
  stream.update(more);
  return stream.take_bytes();
}

std::string hex_digest(const HeaderWriter& region, DigestKind kind) {
  const auto bytes = region.bytes();
  const std::string magic("\x8e\xad\xe8\x01\0\0\0\0", 8);
  return hex_of_file(kind, magic + bytes);
}

/// A signature of version 4 without parts (RFC 4880, 5.2.3).
std::string signature_of(const HeaderWriter& region) {
  const std::string head("\x04\x00\x01\x08\x00\x00", 6);
  const auto digest =
      digest_of_region(region, DigestKind::kSha256, head + std::string("\x04\xff\0\0\0\x06", 6));
  const auto body = head + std::string(2, '\0') + digest.substr(0, 2) + std::string(8, 'S');
  return "\x89" + big16_of(static_cast<std::uint32_t>(body.size())) + body;
}

void add_proofs(const RpmPackage& package, const HeaderWriter& region, HeaderWriter& into) {
  if (package.with_digest) {
    into.text(RpmTag::kSha1Header, hex_digest(region, DigestKind::kSha1));
    into.text(RpmTag::kSha256Header, hex_digest(region, DigestKind::kSha256));
  }
  if (!package.with_signature) return;
  const auto signature = signature_of(region);
  into.add(RpmTag::kRsaHeader, kBinary, signature.size(), signature);
}

}  // namespace

std::string rpm_header_of(const RpmPackage& package) {
  auto writer = region_of(package);
  const auto region = writer;
  add_proofs(package, region, writer);
  std::string time, states;
  put_big32(time, static_cast<std::uint32_t>(package.installed));
  for (const auto& file : package.files) states += file.state;
  writer.add(RpmTag::kInstallTime, kInt32, 1, time);
  if (!states.empty()) writer.add(RpmTag::kFileStates, kInt8, states.size(), states);
  return writer.bytes();
}

std::string rpm_archive_of(const RpmPackage& package) {
  const std::string magic("\x8e\xad\xe8\x01\0\0\0\0", 8);
  const auto region = region_of(package);
  HeaderWriter signature;
  add_proofs(package, region, signature);
  std::string out = "\xed\xab\xee\xdb";
  out.resize(96, '\0');
  out += magic + signature.bytes();
  out.resize((out.size() + 7) / 8 * 8, '\0');
  return out + magic + region.bytes();
}

RpmHeaders rpm_headers_of(const std::vector<RpmPackage>& packages) {
  RpmHeaders headers;
  for (const auto& package : packages) headers.emplace_back(package.name, rpm_header_of(package));
  return headers;
}

}  // namespace rescue::evidence::testing
