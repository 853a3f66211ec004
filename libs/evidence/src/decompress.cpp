#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <vector>

#include "rescue/evidence/byte_stream.hpp"

namespace rescue::evidence {
namespace {

/// What one step of a decoder did.
struct Step {
  std::size_t consumed = 0;
  std::size_t produced = 0;
  bool member_ended = false;
  const char* problem = nullptr;
};

/// One decoder of one format; `restart` begins the next concatenated member.
class GzipDecoder {
 public:
  GzipDecoder() { ::inflateInit2(&state_, 15 + 16); }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;
  ~GzipDecoder() { ::inflateEnd(&state_); }
  void restart() { ::inflateReset(&state_); }
  Step step(std::span<const char> in, std::span<char> out) {
    state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    state_.avail_in = static_cast<uInt>(in.size());
    state_.next_out = reinterpret_cast<Bytef*>(out.data());
    state_.avail_out = static_cast<uInt>(out.size());
    const int code = ::inflate(&state_, Z_NO_FLUSH);
    Step step{in.size() - state_.avail_in, out.size() - state_.avail_out, code == Z_STREAM_END, nullptr};
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) step.problem = "damaged gzip data";
    return step;
  }

 private:
  z_stream state_{};
};

class Bzip2Decoder {
 public:
  Bzip2Decoder() { ::BZ2_bzDecompressInit(&state_, 0, 0); }
  Bzip2Decoder(const Bzip2Decoder&) = delete;
  Bzip2Decoder& operator=(const Bzip2Decoder&) = delete;
  ~Bzip2Decoder() { ::BZ2_bzDecompressEnd(&state_); }
  void restart() {
    ::BZ2_bzDecompressEnd(&state_);
    state_ = {};
    ::BZ2_bzDecompressInit(&state_, 0, 0);
  }
  Step step(std::span<const char> in, std::span<char> out) {
    state_.next_in = const_cast<char*>(in.data());
    state_.avail_in = static_cast<unsigned>(in.size());
    state_.next_out = out.data();
    state_.avail_out = static_cast<unsigned>(out.size());
    const int code = ::BZ2_bzDecompress(&state_);
    Step step{in.size() - state_.avail_in, out.size() - state_.avail_out, code == BZ_STREAM_END, nullptr};
    if (code != BZ_OK && code != BZ_STREAM_END) step.problem = "damaged bzip2 data";
    return step;
  }

 private:
  bz_stream state_{};
};

class XzDecoder {
 public:
  XzDecoder() { start(); }
  XzDecoder(const XzDecoder&) = delete;
  XzDecoder& operator=(const XzDecoder&) = delete;
  ~XzDecoder() { ::lzma_end(&state_); }
  void restart() {
    ::lzma_end(&state_);
    state_ = LZMA_STREAM_INIT;
    start();
  }
  Step step(std::span<const char> in, std::span<char> out) {
    if (!ready_) return {.problem = "no memory to read xz data"};
    state_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    state_.avail_in = in.size();
    state_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    state_.avail_out = out.size();
    const auto code = ::lzma_code(&state_, LZMA_RUN);
    Step step{in.size() - state_.avail_in, out.size() - state_.avail_out, code == LZMA_STREAM_END, nullptr};
    if (code == LZMA_MEMLIMIT_ERROR) {
      step.problem = "xz data that asks for more memory than the limit";
    } else if (code != LZMA_OK && code != LZMA_STREAM_END && code != LZMA_BUF_ERROR) {
      step.problem = "damaged xz data";
    }
    return step;
  }

 private:
  static constexpr std::uint64_t kMemoryBytes = 128ULL << 20U;
  void start() { ready_ = ::lzma_stream_decoder(&state_, kMemoryBytes, 0) == LZMA_OK; }
  lzma_stream state_ = LZMA_STREAM_INIT;
  bool ready_ = false;
};

class ZstdDecoder {
 public:
  ZstdDecoder() : state_(::ZSTD_createDStream()) {
    ::ZSTD_DCtx_setParameter(state_, ZSTD_d_windowLogMax, 27);
  }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;
  ~ZstdDecoder() { ::ZSTD_freeDStream(state_); }
  void restart() { ::ZSTD_DCtx_reset(state_, ZSTD_reset_session_only); }
  Step step(std::span<const char> in, std::span<char> out) {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const auto code = ::ZSTD_decompressStream(state_, &output, &input);
    Step step{input.pos, output.pos, code == 0, nullptr};
    if (::ZSTD_isError(code) != 0U) step.problem = "damaged zstd data";
    return step;
  }

 private:
  ZSTD_DStream* state_;
};

template <class Decoder>
class DecompressingStream final : public ByteStream {
 public:
  DecompressingStream(ByteStream& source, const DecompressionLimits& limits)
      : source_(source), limits_(limits), input_(kInputBytes) {}

  Result<std::size_t> read(std::span<char> into) override {
    while (!ended_) {
      RESCUE_TRY(refill());
      if (have_ == used_ && source_ended_) return end_of_input();
      if (between_members_) start_member();
      if (ended_) break;
      const auto step = decoder_.step(std::span(input_).subspan(used_, have_ - used_), into);
      if (step.problem != nullptr) return fail(ErrorCode::kCorrupt, "damaged-archive", step.problem);
      used_ += step.consumed;
      between_members_ = step.member_ended;
      inside_ = !step.member_ended;
      if (step.produced > 0) return count(step.produced);
      if (step.consumed == 0 && source_ended_) return end_of_input();
    }
    return 0;
  }

 private:
  static constexpr std::size_t kInputBytes = 64 * 1024;

  Status refill() {
    if (source_ended_ || used_ < have_) return {};
    RESCUE_ASSIGN(have_, source_.read(input_));
    used_ = 0;
    consumed_ += have_;
    source_ended_ = have_ == 0;
    return {};
  }
  void start_member() {
    // Zero bytes after a member are padding (tapes, pre-allocated files), not the next member.
    while (used_ < have_ && input_[used_] == '\0') ++used_;
    if (used_ == have_) return;
    decoder_.restart();
    between_members_ = false;
  }
  Result<std::size_t> end_of_input() {
    ended_ = true;
    if (inside_) return fail(ErrorCode::kCorrupt, "damaged-archive", "compressed data that ends too early");
    return 0;
  }
  Result<std::size_t> count(std::size_t produced) {
    produced_ += produced;
    const bool bomb = produced_ > limits_.free_bytes &&
                      produced_ / limits_.max_ratio > std::max<std::uint64_t>(consumed_, 1);
    if (bomb || produced_ > limits_.max_bytes) {
      ended_ = true;
      return fail(ErrorCode::kTooLarge, "archive-bomb", "compressed data that grows beyond the limit");
    }
    return produced;
  }

  ByteStream& source_;
  DecompressionLimits limits_;
  Decoder decoder_;
  std::vector<char> input_;
  std::size_t used_ = 0, have_ = 0;
  std::uint64_t consumed_ = 0, produced_ = 0;
  bool source_ended_ = false, ended_ = false, inside_ = true, between_members_ = false;
};

}  // namespace

Compression compression_of(std::string_view first_bytes) {
  if (first_bytes.starts_with("\x1f\x8b")) return Compression::kGzip;
  if (first_bytes.starts_with(std::string_view("\xfd\x37zXZ\0", 6))) return Compression::kXz;
  if (first_bytes.starts_with("\x28\xb5\x2f\xfd")) return Compression::kZstd;
  const bool bzip2 = first_bytes.size() > 3 && first_bytes.starts_with("BZh") && first_bytes[3] >= '1' &&
                     first_bytes[3] <= '9';
  return bzip2 ? Compression::kBzip2 : Compression::kNone;
}

std::unique_ptr<ByteStream> decompress(Compression how, ByteStream& source,
                                       const DecompressionLimits& limits) {
  switch (how) {
    case Compression::kGzip:
      return std::make_unique<DecompressingStream<GzipDecoder>>(source, limits);
    case Compression::kXz:
      return std::make_unique<DecompressingStream<XzDecoder>>(source, limits);
    case Compression::kZstd:
      return std::make_unique<DecompressingStream<ZstdDecoder>>(source, limits);
    case Compression::kBzip2:
      return std::make_unique<DecompressingStream<Bzip2Decoder>>(source, limits);
    case Compression::kNone:
      break;
  }
  return nullptr;
}

}  // namespace rescue::evidence
