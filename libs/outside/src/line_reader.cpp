#include "line_reader.hpp"

#include <algorithm>

namespace rescue::outside {

Got<void> LineReader::fill(SteadyTime until) {
  if (begin_ < end_) return {};
  if (left_ == 0) return trouble(Trouble::Kind::kTooMuch, "the server says more than is listened to");
  const auto count = stream_->read_some(std::span(buffer_).first(std::min(left_, buffer_.size())), until);
  if (!count) return tl::unexpected<Trouble>(count.error());
  begin_ = 0;
  end_ = *count;
  left_ -= *count;
  return {};
}

Got<std::string> LineReader::line(SteadyTime until) {
  std::string out;
  while (true) {
    if (auto filled = fill(until); !filled) {
      if (filled.error().kind == Trouble::Kind::kLost && !out.empty()) return out;
      return tl::unexpected<Trouble>(filled.error());
    }
    const char c = buffer_[begin_++];
    if (c == '\n') break;
    if (out.size() < kLineBytesMax) out += c;
  }
  if (out.ends_with('\r')) out.pop_back();
  return out;
}

Got<std::string> LineReader::some(std::size_t bytes_max, SteadyTime until) {
  if (auto filled = fill(until); !filled) return tl::unexpected<Trouble>(filled.error());
  const auto count = std::min(bytes_max, end_ - begin_);
  std::string out(buffer_.data() + begin_, count);
  begin_ += count;
  return out;
}

}  // namespace rescue::outside
