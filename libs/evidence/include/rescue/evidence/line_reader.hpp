#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "rescue/evidence/byte_stream.hpp"

namespace rescue::evidence {

/// A piece of a file that holds whole lines. Owns its bytes: views into it live as long as it does.
struct LineBlock {
  std::unique_ptr<char[]> bytes;
  std::string_view text;         ///< ends with a newline, except at the end of the file
  std::uint64_t first_line = 1;  ///< number of its first line
  std::uint64_t offset = 0;      ///< of its first byte in the decompressed content
  bool starts_cut = false;       ///< its only line is the beginning of one over the limit
};

/// Cuts a stream into blocks of whole lines. Of a line that does not fit into a block the first kMaxLine
/// bytes are given; its rest is dropped and counted, and the lines after it are read as ever. One thread at a
/// time.
class LineReader {
 public:
  static constexpr std::size_t kBlockBytes = 256 * 1024;
  static constexpr std::size_t kMaxLine = 64 * 1024;

  explicit LineReader(ByteStream& stream) : stream_(stream) {}
  /// False at the end (or at damage: the stream says which). What `block` held before is overwritten.
  bool next(LineBlock& block);

  std::uint64_t lines() const { return lines_; }
  std::uint64_t cut_lines() const { return cut_lines_; }
  std::uint64_t first_cut_offset() const { return first_cut_offset_; }
  /// The file's last line has no newline: it may have been cut while it was written.
  bool ends_unfinished() const { return ends_unfinished_; }

 private:
  std::size_t fill(char* into, std::size_t room);
  void drop_rest_of_line();

  ByteStream& stream_;
  std::vector<char> carry_;
  std::uint64_t offset_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t cut_lines_ = 0;
  std::uint64_t first_cut_offset_ = 0;
  bool ended_ = false;
  bool ends_unfinished_ = false;
};

/// Takes the next line off `text` (without its newline).
inline std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace rescue::evidence
