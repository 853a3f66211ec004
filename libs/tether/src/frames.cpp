#include "rescue/tether/frames.hpp"

#include <algorithm>

namespace rescue::tether {
namespace {

constexpr std::size_t kHeadBytes = 5;
constexpr std::string_view kKinds = ".alpsickroexf";

std::size_t read_length(std::string_view head) {
  std::size_t length = 0;
  for (const char c : head.substr(1, 4)) length = (length << 8U) | static_cast<unsigned char>(c);
  return length;
}

}  // namespace

std::string encode_frames(FrameKind kind, std::string_view bytes) {
  std::string out;
  do {
    const std::string_view piece = bytes.substr(0, kFrameBytesMax);
    bytes.remove_prefix(piece.size());
    out += static_cast<char>(kind);
    for (const unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>((piece.size() >> shift) & 0xffU);
    out += piece;
  } while (!bytes.empty());
  return out;
}

std::optional<Frame> FrameReader::next() {
  const std::string_view rest = std::string_view(waiting_).substr(taken_);
  if (broken_ || rest.size() < kHeadBytes) {
    waiting_.erase(0, taken_);
    taken_ = 0;
    return std::nullopt;
  }
  const std::size_t length = read_length(rest);
  if (kKinds.find(rest.front()) == std::string_view::npos || length > kFrameBytesMax) {
    broken_ = true;
    waiting_.clear();
    taken_ = 0;
    return std::nullopt;
  }
  if (rest.size() < kHeadBytes + length) {
    waiting_.erase(0, taken_);
    taken_ = 0;
    return std::nullopt;
  }
  taken_ += kHeadBytes + length;
  return Frame{static_cast<FrameKind>(rest.front()), std::string(rest.substr(kHeadBytes, length))};
}

}  // namespace rescue::tether
