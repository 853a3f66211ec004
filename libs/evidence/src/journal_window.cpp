#include "journal_window.hpp"

#include <algorithm>

namespace rescue::evidence {

JournalWindow::JournalWindow(const OpenFile& file) : file_(file), size_(file.info().size), blocks_(kBlocks) {}

const JournalWindow::Block& JournalWindow::block(std::uint64_t number) {
  auto& block = blocks_[number % kBlocks];
  if (block.number == number) return block;
  if (!block.bytes) block.bytes = std::make_unique_for_overwrite<char[]>(kBlockBytes);
  block.number = number;
  block.filled = 0;
  while (block.filled < kBlockBytes) {
    const auto got = file_.read_at(number * kBlockBytes + block.filled,
                                   {block.bytes.get() + block.filled, kBlockBytes - block.filled});
    if (!got || *got == 0) break;
    block.filled += *got;
  }
  return block;
}

std::string_view JournalWindow::at(std::uint64_t offset, std::size_t bytes) {
  if (offset >= size_) return {};
  bytes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, size_ - offset));
  const auto begin = static_cast<std::size_t>(offset % kBlockBytes);
  if (begin + bytes <= kBlockBytes) {
    const auto& here = block(offset / kBlockBytes);
    if (begin >= here.filled) return {};
    return {here.bytes.get() + begin, std::min(bytes, here.filled - begin)};
  }
  joined_.clear();
  while (joined_.size() < bytes) {
    const auto place = offset + joined_.size();
    const auto& here = block(place / kBlockBytes);
    const auto skip = static_cast<std::size_t>(place % kBlockBytes);
    if (skip >= here.filled) break;
    joined_.append(here.bytes.get() + skip, std::min(here.filled - skip, bytes - joined_.size()));
  }
  return joined_;
}

}  // namespace rescue::evidence
