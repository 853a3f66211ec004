#include "rescue/evidence/testing/archive_writer.hpp"

#include <zlib.h>

#include <cstdio>

namespace rescue::evidence::testing {
namespace {

std::string packed(std::string_view text, int window_bits) {
  z_stream state{};
  ::deflateInit2(&state, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(::deflateBound(&state, text.size()), '\0');
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  state.avail_in = static_cast<uInt>(text.size());
  state.next_out = reinterpret_cast<Bytef*>(out.data());
  state.avail_out = static_cast<uInt>(out.size());
  ::deflate(&state, Z_FINISH);
  out.resize(state.total_out);
  ::deflateEnd(&state);
  return out;
}

std::string little(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i, value >>= 8U) out += static_cast<char>(value & 0xffU);
  return out;
}

/// From "general purpose bit flag" to the length of the name.
std::string fields_of(const ZipPart& part, std::size_t packed_bytes) {
  const auto crc =
      ::crc32(0, reinterpret_cast<const Bytef*>(part.content.data()), static_cast<uInt>(part.content.size()));
  return little(part.encrypted ? 1 : 0, 2) + little(part.deflated ? 8 : 0, 2) + little(0, 4) +
         little(crc, 4) + little(packed_bytes, 4) + little(part.content.size(), 4) +
         little(part.name.size(), 2);
}

}  // namespace

std::string zip_of(const std::vector<ZipPart>& parts) {
  std::string out, directory;
  for (const auto& part : parts) {
    const auto bytes = part.deflated ? packed(part.content, -15) : part.content;
    const auto fields = fields_of(part, bytes.size());
    directory += "PK\x01\x02" + little(20, 2) + little(20, 2) + fields + little(0, 12) +
                 little(out.size(), 4) + part.name;
    out += "PK\x03\x04" + little(20, 2) + fields + little(0, 2) + part.name + bytes;
  }
  const auto count = little(parts.size(), 2);
  return out + directory + "PK\x05\x06" + little(0, 4) + count + count + little(directory.size(), 4) +
         little(out.size(), 4) + little(0, 2);
}

std::string tar_member(const std::string& name, std::string_view content, char type) {
  std::string header(512, '\0');
  header.replace(0, std::min<std::size_t>(name.size(), 100), name.substr(0, 100));
  char digits[16];
  std::snprintf(digits, sizeof(digits), "%011zo", content.size());
  header.replace(124, 11, digits);
  header.replace(148, 8, "        ");
  header[156] = type;
  header.replace(257, 5, "ustar");
  std::size_t sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  std::snprintf(digits, sizeof(digits), "%06zo", sum);
  header.replace(148, 7, std::string(digits, 7));
  auto out = header + std::string(content);
  out.resize((out.size() + 511) / 512 * 512, '\0');
  return out;
}

std::string gzip_of(std::string_view text) {
  return packed(text, 15 + 16);
}

}  // namespace rescue::evidence::testing
