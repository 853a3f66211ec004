#include "rescue/evidence/line_reader.hpp"

#include <algorithm>
#include <cstring>

namespace rescue::evidence {
namespace {

/// In pieces of a fixed size, for which the compiler has vectors count.
std::uint64_t count_newlines(std::string_view text) {
  constexpr std::size_t kPiece = 128;  // so that a byte holds its count
  std::uint64_t count = 0;
  for (; text.size() >= kPiece; text.remove_prefix(kPiece)) {
    std::uint8_t in_piece = 0;
    for (std::size_t i = 0; i < kPiece; ++i)
      in_piece = static_cast<std::uint8_t>(in_piece + (text[i] == '\n' ? 1 : 0));
    count += in_piece;
  }
  return count + static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

std::size_t LineReader::fill(char* into, std::size_t room) {
  std::size_t have = 0;
  while (have < room && !ended_) {
    const auto got = stream_.read({into + have, room - have});
    if (!got || *got == 0) {
      ended_ = true;
      break;
    }
    have += *got;
  }
  return have;
}

void LineReader::drop_rest_of_line() {
  std::vector<char> piece(kBlockBytes);
  for (;;) {
    const auto size = fill(piece.data(), piece.size());
    offset_ += size;
    const auto* end = static_cast<const char*>(std::memchr(piece.data(), '\n', size));
    if (end != nullptr) {
      const auto rest = static_cast<std::size_t>(piece.data() + size - (end + 1));
      offset_ -= rest;
      carry_.assign(end + 1, end + 1 + rest);
      return;
    }
    if (ended_) return;
  }
}

bool LineReader::next(LineBlock& block) {
  auto bytes = std::move(block.bytes);
  if (!bytes) bytes = std::make_unique_for_overwrite<char[]>(kBlockBytes);
  block = LineBlock{};
  block.bytes = std::move(bytes);
  const auto carried = std::min(carry_.size(), kBlockBytes);
  std::copy_n(carry_.begin(), carried, block.bytes.get());
  carry_.erase(carry_.begin(), carry_.begin() + static_cast<std::ptrdiff_t>(carried));
  const auto size =
      carry_.empty() ? carried + fill(block.bytes.get() + carried, kBlockBytes - carried) : carried;
  if (size == 0) return false;
  const std::string_view all(block.bytes.get(), size);
  auto whole = all.rfind('\n') + 1;  // npos + 1 == 0
  const bool at_end = ended_ && carry_.empty();
  if (at_end && whole != size) {
    ends_unfinished_ = true;
    whole = size;
  }
  block.first_line = lines_ + 1;
  block.offset = offset_;
  if (whole == 0) {  // a whole block without a newline
    block.text = all.substr(0, kMaxLine);
    block.starts_cut = true;
    if (cut_lines_++ == 0) first_cut_offset_ = offset_;
    ++lines_;
    offset_ += size;
    drop_rest_of_line();
    return true;
  }
  block.text = all.substr(0, whole);
  lines_ += count_newlines(block.text);
  if (!block.text.ends_with('\n')) ++lines_;
  offset_ += whole;
  carry_.insert(carry_.begin(), all.begin() + static_cast<std::ptrdiff_t>(whole), all.end());
  return true;
}

}  // namespace rescue::evidence
