#include "rescue/evidence/byte_stream.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace rescue::evidence {

Result<std::size_t> MemoryStream::read(std::span<char> into) {
  const auto size = std::min(into.size(), rest_.size());
  std::memcpy(into.data(), rest_.data(), size);
  rest_.remove_prefix(size);
  return size;
}

Result<std::size_t> TimedStream::read(std::span<char> into) {
  cut_ = cut_ || time_is_up_();
  return cut_ ? 0 : source_.read(into);
}

/// The file as it lies on the disk: bounded by the size it had when opened, hashed, holes left out.
class EvidenceStream::RawFile final : public ByteStream {
 public:
  RawFile(OpenFile file, Hashing hashing) : file_(std::move(file)), hashing_(hashing) {
    constexpr std::uint64_t kWorthSkipping = 16ULL << 20U;
    const auto& info = file_.info();
    sparse_ = info.size > kWorthSkipping && info.stored < info.size / 2;
  }

  Result<std::size_t> read(std::span<char> into) override {
    if (!first_.empty()) return take_first(into);
    const auto end = sparse_ ? next_stretch() : file_.info().size;
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), end - position_));
    if (room == 0) return 0;
    RESCUE_ASSIGN(const auto got, file_.read(into.first(room)));
    if (got == 0) {
      shrunk_ = true;
      return 0;
    }
    position_ += got;
    bytes_ += got;
    if (hashing_ == Hashing::kSha256) hash_.update({into.data(), got});
    return got;
  }

  /// The first bytes, to recognise the format; read() gives them again.
  std::string_view peek() {
    std::string buffer(8, '\0');
    std::size_t have = 0;
    while (have < buffer.size()) {
      const auto got = read(std::span(buffer).subspan(have));
      if (!got || *got == 0) break;
      have += *got;
    }
    buffer.resize(have);
    first_ = buffer;
    peeked_ = std::move(buffer);
    return peeked_;
  }

  bool sparse() const { return sparse_; }
  bool shrunk() const { return shrunk_; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t position() const { return position_; }
  const FileInfo& info() const { return file_.info(); }
  std::string hash() { return sparse_ || shrunk_ || hashing_ == Hashing::kNone ? "" : hash_.hex(); }

 private:
  Result<std::size_t> take_first(std::span<char> into) {
    const auto size = std::min(into.size(), first_.size());
    std::memcpy(into.data(), first_.data(), size);
    first_.erase(0, size);
    return size;
  }

  /// Moves to the next stored byte; gives the end of its stretch.
  std::uint64_t next_stretch() {
    if (position_ < stretch_end_) return stretch_end_;
    const auto [start, end] = file_.next_data(position_);
    position_ = start;
    stretch_end_ = std::min(end, file_.info().size);
    return std::max(stretch_end_, position_);
  }

  OpenFile file_;
  Hashing hashing_;
  Sha256 hash_;
  std::string first_, peeked_;
  std::uint64_t position_ = 0;
  std::uint64_t stretch_end_ = 0;
  std::uint64_t bytes_ = 0;
  bool sparse_ = false;
  bool shrunk_ = false;
};

EvidenceStream::EvidenceStream(std::string path, OpenFile file, DecompressionLimits limits, Hashing hashing)
    : path_(std::move(path)), info_(file.info()), raw_(std::make_unique<RawFile>(std::move(file), hashing)) {
  const auto how = compression_of(raw_->peek());
  if (how != Compression::kNone) plain_ = decompress(how, *raw_, limits);
}

EvidenceStream::~EvidenceStream() = default;

Result<std::size_t> EvidenceStream::read(std::span<char> into) {
  if (ended_) return 0;
  auto got = plain_ ? plain_->read(into) : raw_->read(into);
  if (!got) {
    note_gap(got.error());
    ended_ = true;
    return 0;
  }
  plain_bytes_ += *got;
  ended_ = *got == 0;
  return *got;
}

void EvidenceStream::note_gap(const Error& error) {
  gap_ = Gap{.path = path_,
             .offset = plain_bytes_,
             .reason = error.detail,
             .prevents = "what the rest of this file would have told",
             .grave = true};
}

bool EvidenceStream::finish(const TimeIsUp& time_is_up) {
  std::vector<char> piece(256 * 1024);
  for (;;) {
    if (time_is_up && time_is_up()) return false;
    const auto got = raw_->read(piece);
    if (!got) {
      if (!gap_) note_gap(got.error());
      return true;
    }
    if (*got == 0) break;
  }
  sha256_ = raw_->hash();
  if (gap_) return true;
  if (raw_->shrunk()) {
    gap_ = Gap{.path = path_,
               .offset = raw_->position(),
               .bytes = info_.size - raw_->position(),
               .reason = "the file became shorter while it was read",
               .prevents = "what the rest of this file would have told"};
  } else if (raw_->sparse()) {
    gap_ = Gap{.path = path_,
               .bytes = info_.size - raw_->bytes(),
               .reason = "the file has holes, which were left out; no hash was made",
               .prevents = "proof of this file's content by its hash"};
  }
  return true;
}

std::uint64_t EvidenceStream::stored_bytes() const {
  return raw_->bytes();
}

}  // namespace rescue::evidence
