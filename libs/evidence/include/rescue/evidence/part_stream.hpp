#pragma once

#include <algorithm>

#include "rescue/evidence/byte_stream.hpp"

namespace rescue::evidence {

/// A stretch of an open file, which is borrowed.
class PartStream final : public ByteStream {
 public:
  PartStream(const OpenFile& file, std::uint64_t offset, std::uint64_t size)
      : file_(file), offset_(offset), left_(size) {}
  Result<std::size_t> read(std::span<char> into) override {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
    RESCUE_ASSIGN(const auto got, file_.read_at(offset_, into.first(most)));
    offset_ += got;
    left_ -= got;
    return got;
  }

 private:
  const OpenFile& file_;
  std::uint64_t offset_, left_;
};

}  // namespace rescue::evidence
