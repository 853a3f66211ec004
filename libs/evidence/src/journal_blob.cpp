#include "journal_blob.hpp"

#include <lz4.h>
#include <lzma.h>
#include <zstd.h>

#include <algorithm>

#include "journal_format.hpp"

namespace rescue::evidence {
namespace {

bool unpack_xz(std::string_view stored, std::size_t max_bytes, std::string& out) {
  constexpr std::uint64_t kMemoryBytes = 64ULL << 20U;
  lzma_stream state = LZMA_STREAM_INIT;
  if (::lzma_stream_decoder(&state, kMemoryBytes, 0) != LZMA_OK) return false;
  out.resize(max_bytes);
  state.next_in = reinterpret_cast<const std::uint8_t*>(stored.data());
  state.avail_in = stored.size();
  state.next_out = reinterpret_cast<std::uint8_t*>(out.data());
  state.avail_out = out.size();
  const auto code = ::lzma_code(&state, LZMA_FINISH);
  const bool full = state.avail_out == 0;
  out.resize(max_bytes - state.avail_out);
  ::lzma_end(&state);
  return code == LZMA_STREAM_END || (full && code == LZMA_OK);
}

bool unpack_lz4(std::string_view stored, std::size_t max_bytes, std::string& out) {
  if (stored.size() < 9) return false;
  const auto size = journal_number<std::uint64_t>(stored, 0);
  const auto wanted = static_cast<int>(std::min<std::uint64_t>(size, max_bytes));
  // Text that does not shrink takes one byte more for every 255: no more is needed for what is wanted.
  const auto block = stored.substr(8, max_bytes + max_bytes / 255 + 64);
  out.resize(static_cast<std::size_t>(wanted));
  const int got =
      ::LZ4_decompress_safe_partial(block.data(), out.data(), static_cast<int>(block.size()), wanted, wanted);
  out.resize(static_cast<std::size_t>(std::max(got, 0)));
  return got > 0 && got == wanted;
}

bool unpack_zstd(std::string_view stored, std::size_t max_bytes, std::string& out) {
  constexpr int kWindowLog = 25;
  auto* const state = ::ZSTD_createDCtx();
  if (state == nullptr) return false;
  ::ZSTD_DCtx_setParameter(state, ZSTD_d_windowLogMax, kWindowLog);
  out.resize(max_bytes);
  ZSTD_inBuffer input{stored.data(), stored.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  const auto code = ::ZSTD_decompressStream(state, &output, &input);
  ::ZSTD_freeDCtx(state);
  out.resize(output.pos);
  return ::ZSTD_isError(code) == 0U && (code == 0 || output.pos == max_bytes);
}

}  // namespace

bool unpack_journal_blob(std::uint8_t packing, std::string_view stored, std::size_t max_bytes,
                         std::string& out) {
  out.clear();
  switch (packing) {
    case kPackedXz:
      return unpack_xz(stored, max_bytes, out);
    case kPackedLz4:
      return unpack_lz4(stored, max_bytes, out);
    case kPackedZstd:
      return unpack_zstd(stored, max_bytes, out);
    default:
      return false;
  }
}

}  // namespace rescue::evidence
