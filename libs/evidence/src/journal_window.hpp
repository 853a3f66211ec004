#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// A file read here and there through a cache of blocks: 4 MiB of memory however large it is. One thread at a
/// time.
class JournalWindow {
 public:
  explicit JournalWindow(const OpenFile& file);

  /// As it was when opened.
  std::uint64_t size() const { return size_; }
  /// `bytes` bytes at `offset`, fewer at the end of the file or where it cannot be read. The view dies with
  /// the next call.
  std::string_view at(std::uint64_t offset, std::size_t bytes);
  /// Where the next byte that is not zero stands; the file's size when there is none. Asks `stop` every
  /// block.
  template <class Stop>
  std::uint64_t next_nonzero(std::uint64_t offset, const Stop& stop);

 private:
  static constexpr std::size_t kBlockBytes = 64 * 1024, kBlocks = 64;
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};
  struct Block {
    std::uint64_t number = kNone;
    std::size_t filled = 0;
    std::unique_ptr<char[]> bytes;
  };
  const Block& block(std::uint64_t number);

  const OpenFile& file_;
  std::uint64_t size_;
  std::vector<Block> blocks_;
  std::string joined_;  // what does not lie in one block
};

template <class Stop>
std::uint64_t JournalWindow::next_nonzero(std::uint64_t offset, const Stop& stop) {
  while (offset < size_ && !stop()) {
    if (offset % kBlockBytes == 0) offset = file_.next_data(offset).first;  // holes are zeros
    const auto here = at(offset, kBlockBytes - offset % kBlockBytes);
    if (here.empty()) break;
    const auto found = here.find_first_not_of('\0');
    if (found != here.npos) return offset + found;
    offset += here.size();
  }
  return size_;
}

}  // namespace rescue::evidence
