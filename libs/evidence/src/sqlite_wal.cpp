#include "sqlite_wal.hpp"

#include <utility>
#include <vector>

#include "bytes_at.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kHeaderBytes = 32, kFrameBytes = 24;
constexpr std::uint64_t kMostBytes = 1ULL << 30U;

/// The running sum over words of four bytes, two at a time.
class Sum {
 public:
  explicit Sum(bool big) : order_(big) {}
  void add(std::string_view bytes) {
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
      first_ += order_.u32(bytes, i) + second_;
      second_ += order_.u32(bytes, i + 4) + first_;
    }
  }
  bool is(std::uint32_t first, std::uint32_t second) const { return first == first_ && second == second_; }

 private:
  OrderedBytes order_;
  std::uint32_t first_ = 0, second_ = 0;
};

bool read_exactly(const OpenFile& file, std::uint64_t offset, std::string& into) {
  const auto got = file.read_at(offset, into);
  return got && *got == into.size();
}

}  // namespace

std::optional<SqliteWal> SqliteWal::read(OpenFile file, std::size_t page_bytes,
                                         const std::function<bool()>& time_is_up, PageDamage& damage) {
  constexpr std::uint32_t kLittle = 0x377f0682, kBig = 0x377f0683;
  std::string header(kHeaderBytes, '\0');
  const auto got = file.read_at(0, header);
  if (!got) damage.add(0, "its write-ahead log cannot be read");
  if (!got || *got != header.size()) return std::nullopt;
  const auto magic = big32(header, 0);
  if ((magic != kLittle && magic != kBig) || big32(header, 8) != page_bytes) return std::nullopt;
  Sum sum(magic == kBig);
  sum.add(std::string_view(header).substr(0, 24));
  if (!sum.is(big32(header, 24), big32(header, 28))) return std::nullopt;
  SqliteWal wal(std::move(file), page_bytes);
  std::vector<std::pair<std::uint32_t, std::uint64_t>> open;  // since the last commit
  std::string frame(kFrameBytes + page_bytes, '\0');
  for (std::uint64_t at = kHeaderBytes;; at += frame.size()) {
    const auto piece = wal.file_.read_at(at, frame);
    if (!piece) damage.add(0, "its write-ahead log cannot be read");
    if (!piece || *piece != frame.size()) break;
    if (at >= kMostBytes || (time_is_up && time_is_up())) {
      damage.add(0, "its write-ahead log was not read to its end");
      break;
    }
    const std::string_view text(frame);
    if (text.substr(8, 8) != std::string_view(header).substr(16, 8)) break;
    sum.add(text.substr(0, 8));
    sum.add(text.substr(kFrameBytes));
    if (!sum.is(big32(text, 16), big32(text, 20))) break;
    open.emplace_back(big32(text, 0), at + kFrameBytes);
    if (const auto pages = big32(text, 4); pages > 0) {
      for (const auto& [page, offset] : open) wal.frames_[page] = offset;
      open.clear();
      wal.pages_ = pages;
    }
  }
  if (wal.frames_.empty()) return std::nullopt;
  return wal;
}

bool SqliteWal::read_page(std::uint32_t page, std::string& into) const {
  into.resize(page_bytes_);
  return read_exactly(file_, frames_.at(page), into);
}

}  // namespace rescue::evidence
