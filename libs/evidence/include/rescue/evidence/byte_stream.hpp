#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "rescue/base/result.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// Bytes, one piece after the other. One thread at a time.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Next bytes, 0 at the end. kCorrupt when the content is damaged, kTooLarge past a limit; what came
  /// before stays valid.
  virtual Result<std::size_t> read(std::span<char> into) = 0;
};

/// Bytes that lie in memory; borrowed.
class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(std::string_view bytes) : rest_(bytes) {}
  Result<std::size_t> read(std::span<char> into) override;

 private:
  std::string_view rest_;
};

/// Whether reading is to stop. Asked by several threads.
using TimeIsUp = std::function<bool()>;

/// What `source` holds, until the time is up: from then on it is at its end. `source` is borrowed.
class TimedStream final : public ByteStream {
 public:
  TimedStream(ByteStream& source, TimeIsUp time_is_up)
      : source_(source), time_is_up_(std::move(time_is_up)) {}
  Result<std::size_t> read(std::span<char> into) override;
  /// The time was up before the source's end was seen.
  bool cut() const { return cut_; }

 private:
  ByteStream& source_;
  TimeIsUp time_is_up_;
  bool cut_ = false;
};

struct DecompressionLimits {
  std::uint64_t max_bytes = 8ULL << 30U;    ///< of output
  std::uint64_t free_bytes = 256ULL << 20;  ///< output below which the ratio does not matter
  std::uint64_t max_ratio = 1000;           ///< output / input above which it is taken for a bomb
};

enum class Compression { kNone, kGzip, kXz, kZstd, kBzip2 };

/// By the magic number in the first bytes (RFC 1952, .xz 1.1.0, RFC 8878, bzip2).
Compression compression_of(std::string_view first_bytes);

/// A stream of what `source` holds compressed. `source` is borrowed and must outlive it. Concatenated
/// members are read one after the other, as gunzip does.
std::unique_ptr<ByteStream> decompress(Compression how, ByteStream& source,
                                       const DecompressionLimits& limits);

enum class Hashing { kSha256, kNone };

/// One evidence file read from its beginning to its end: decompressed on the way, hashed as it lies on the
/// disk. Damage ends the stream early and is told by `gap()`, never by an error. Holes of sparse files are
/// left out (and told). One thread at a time.
class EvidenceStream final : public ByteStream {
 public:
  EvidenceStream(std::string path, OpenFile file, DecompressionLimits limits = {},
                 Hashing hashing = Hashing::kSha256);
  ~EvidenceStream() override;
  Result<std::size_t> read(std::span<char> into) override;

  /// Reads what is left, so that the hash covers the file. Call once, after the last read(). False when the
  /// time was up before the end; there is no hash then.
  bool finish(const TimeIsUp& time_is_up = {});
  /// Empty when the file has holes or could not be read whole, or was not to be hashed. After finish().
  const std::string& sha256() const { return sha256_; }
  std::uint64_t stored_bytes() const;  ///< read from the disk
  std::uint64_t plain_bytes() const { return plain_bytes_; }
  const std::optional<Gap>& gap() const { return gap_; }
  const FileInfo& info() const { return info_; }

 private:
  class RawFile;
  void note_gap(const Error& error);

  std::string path_;
  FileInfo info_;
  std::unique_ptr<RawFile> raw_;
  std::unique_ptr<ByteStream> plain_;  // null: not compressed
  std::uint64_t plain_bytes_ = 0;
  std::string sha256_;
  std::optional<Gap> gap_;
  bool ended_ = false;
};

}  // namespace rescue::evidence
