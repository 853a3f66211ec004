#include "rescue/evidence/inflate.hpp"

#include <zlib.h>

#include <vector>

namespace rescue::evidence {

std::string inflate(std::string_view bytes, DeflateWrapping wrapping, std::size_t max_bytes) {
  constexpr int kWindowBits = 15, kDetectHeader = 32;
  z_stream state{};
  const int bits = wrapping == DeflateWrapping::kNone ? -kWindowBits : kWindowBits + kDetectHeader;
  if (::inflateInit2(&state, bits) != Z_OK) return "";
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  state.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::vector<char> piece(64 * 1024);
  int code = Z_OK;
  while (code == Z_OK && out.size() < max_bytes) {
    state.next_out = reinterpret_cast<Bytef*>(piece.data());
    state.avail_out = static_cast<uInt>(piece.size());
    code = ::inflate(&state, Z_NO_FLUSH);
    const auto produced = piece.size() - state.avail_out;
    out.append(piece.data(), std::min(produced, max_bytes - out.size()));
    if (produced == 0 && state.avail_in == 0) break;
  }
  ::inflateEnd(&state);
  return out;
}

}  // namespace rescue::evidence
