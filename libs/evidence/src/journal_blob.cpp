#include "journal_blob.hpp"

#include <lz4.h>
#include <lzma.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "journal_format.hpp"

namespace rescue::evidence {
namespace {

using Unpacked = std::optional<std::size_t>;

Unpacked unpack_xz(std::string_view stored, std::span<char> out) {
  constexpr std::uint64_t kMemoryBytes = 64ULL << 20U;
  lzma_stream state = LZMA_STREAM_INIT;
  if (::lzma_stream_decoder(&state, kMemoryBytes, 0) != LZMA_OK) return std::nullopt;
  state.next_in = reinterpret_cast<const std::uint8_t*>(stored.data());
  state.avail_in = stored.size();
  state.next_out = reinterpret_cast<std::uint8_t*>(out.data());
  state.avail_out = out.size();
  const auto code = ::lzma_code(&state, LZMA_FINISH);
  const auto left = state.avail_out;
  ::lzma_end(&state);
  const bool good = code == LZMA_STREAM_END || (left == 0 && code == LZMA_OK);
  return good ? Unpacked(out.size() - left) : std::nullopt;
}

Unpacked unpack_lz4(std::string_view stored, std::span<char> out) {
  if (stored.size() < 9) return std::nullopt;
  const auto size = journal_number<std::uint64_t>(stored, 0);
  const auto wanted = static_cast<int>(std::min<std::uint64_t>(size, out.size()));
  // Text that does not shrink takes one byte more for every 255: no more is needed for what is wanted.
  const auto block = stored.substr(8, out.size() + out.size() / 255 + 64);
  const int got =
      ::LZ4_decompress_safe_partial(block.data(), out.data(), static_cast<int>(block.size()), wanted, wanted);
  return got > 0 && got == wanted ? Unpacked(got) : std::nullopt;
}

struct FreeZstd {
  void operator()(ZSTD_DCtx* state) const { ::ZSTD_freeDCtx(state); }
};

Unpacked unpack_zstd(std::string_view stored, std::span<char> out) {
  // Making one costs more than most texts take.
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeZstd> state(::ZSTD_createDCtx());
  if (!state) return std::nullopt;
  constexpr int kWindowLog = 25;
  ::ZSTD_DCtx_reset(state.get(), ZSTD_reset_session_only);
  ::ZSTD_DCtx_setParameter(state.get(), ZSTD_d_windowLogMax, kWindowLog);
  ZSTD_inBuffer input{stored.data(), stored.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  const auto code = ::ZSTD_decompressStream(state.get(), &output, &input);
  const bool good = ::ZSTD_isError(code) == 0U && (code == 0 || output.pos == out.size());
  return good ? Unpacked(output.pos) : std::nullopt;
}

}  // namespace

std::optional<std::size_t> unpack_journal_blob(std::uint8_t packing, std::string_view stored,
                                               std::span<char> out) {
  switch (packing) {
    case kPackedXz:
      return unpack_xz(stored, out);
    case kPackedLz4:
      return unpack_lz4(stored, out);
    case kPackedZstd:
      return unpack_zstd(stored, out);
    default:
      return std::nullopt;
  }
}

}  // namespace rescue::evidence
