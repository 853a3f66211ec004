#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

#include "rescue/base/md5.hpp"

namespace rescue::evidence {

/// As gzip(1) writes it.
inline std::string gzip(const std::string& text) {
  z_stream state{};
  deflateInit2(&state, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&state, text.size()) + 64, '\0');
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  state.avail_in = static_cast<uInt>(text.size());
  state.next_out = reinterpret_cast<Bytef*>(out.data());
  state.avail_out = static_cast<uInt>(out.size());
  ::deflate(&state, Z_FINISH);
  out.resize(state.total_out);
  ::deflateEnd(&state);
  return out;
}

/// As md5sum(1) writes it.
inline std::string md5_hex(std::string_view text) {
  Md5 md5;
  md5.update(text);
  std::string out;
  for (const auto byte : md5.take()) {
    out += "0123456789abcdef"[byte >> 4U];
    out += "0123456789abcdef"[byte & 15U];
  }
  return out;
}

}  // namespace rescue::evidence
