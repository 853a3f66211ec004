#include "year_sampling.hpp"

#include <vector>

namespace rescue::evidence {
namespace {

constexpr std::uint64_t kWorthSampling = 8ULL << 20U;
constexpr std::uint64_t kStride = 64 * 1024;
constexpr std::size_t kLook = 4 * 1024;

/// A line that begins at or after some place, and its date as written.
struct Sample {
  std::uint64_t offset = 0;
  std::string date;
};

class Sampler {
 public:
  explicit Sampler(const OpenFile& file) : file_(file), buffer_(kStride + 2 * kLook) {}

  std::optional<YearScan> scan(const TimeIsUp& time_is_up) {
    auto last = sample_at(0);
    if (!last) return std::nullopt;
    bool all_read = false;  // the first lines and the last ones are wanted in any case
    for (auto at = kStride; at < file_.info().size; at += kStride) {
      if (time_is_up()) return std::nullopt;
      auto next = sample_at(at);
      if (!next) return std::nullopt;
      if ((!all_read || next->date != last->date) && !read_between(last->offset, next->offset))
        return std::nullopt;
      all_read = true;
      last = std::move(next);
    }
    if (!read_between(last->offset, file_.info().size)) return std::nullopt;
    return scanner_.scan();
  }

 private:
  std::optional<Sample> sample_at(std::uint64_t offset) {
    const auto got = file_.read_at(offset, std::span(buffer_).first(kLook));
    if (!got) return std::nullopt;
    std::string_view text(buffer_.data(), *got);
    if (offset > 0) take_line(text);
    const auto date = written_date(text.substr(0, text.find('\n')));
    if (date.empty()) return std::nullopt;
    return Sample{offset + *got - text.size(), std::string(date)};
  }

  bool read_between(std::uint64_t from, std::uint64_t to) {
    if (to - from > buffer_.size()) return false;
    const auto size = static_cast<std::size_t>(to - from);
    const auto got = file_.read_at(from, std::span(buffer_).first(size));
    if (!got || *got != size) return false;
    scanner_.add_lines({buffer_.data(), size});
    return true;
  }

  const OpenFile& file_;
  YearScanner scanner_;
  std::vector<char> buffer_;
};

}  // namespace

std::optional<YearScan> sample_years(const OpenFile& file, const TimeIsUp& time_is_up) {
  const auto& info = file.info();
  if (info.size < kWorthSampling || info.stored < info.size) return std::nullopt;
  return Sampler(file).scan(time_is_up);
}

}  // namespace rescue::evidence
