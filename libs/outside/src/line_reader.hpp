#pragma once

#include <array>

#include "stream.hpp"

namespace rescue::outside {

/// Lines and counted bytes out of a stream that may say anything for ever: a line is cut at 1,000 bytes (what
/// follows in it is read and dropped), all together at the budget (kTooMuch). One thread; borrows the stream.
class LineReader {
 public:
  static constexpr std::size_t kLineBytesMax = 1'000;

  LineReader(Stream& stream, std::size_t budget) : stream_(&stream), left_(budget) {}
  /// Without its end, CR LF or LF. What stands before the connection's end is a line too.
  Got<std::string> line(SteadyTime until);
  /// Up to `bytes_max`, at least one byte.
  Got<std::string> some(std::size_t bytes_max, SteadyTime until);
  /// From here on so many bytes more.
  void allow(std::size_t budget) { left_ = budget; }

 private:
  Got<void> fill(SteadyTime until);
  Stream* stream_;
  std::size_t left_;
  std::array<char, 4096> buffer_{};
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace rescue::outside
