#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rescue::tether {

/// What goes between the keeper and whoever sent it: a letter, a length of four bytes (big endian), and as
/// many bytes.
enum class FrameKind : char {
  kBeat = '.',  ///< both ways: I am here
  // To the keeper.
  kArgument = 'a',  ///< one more word for the program
  kLimits = 'l',    ///< "<cpu s> <memory bytes> <file bytes> <grace s>", 0: none
  kProgram = 'p',   ///< more bytes of the program
  kStart = 's',     ///< that was all of it; the SHA-256 it must have, in hex
  kInput = 'i',     ///< for the program's stdin
  kInputEnd = 'c',
  kKill = 'k',
  // From the keeper.
  kRuns = 'r',
  kOutput = 'o',
  kMessages = 'e',  ///< its stderr
  kEnded = 'x',     ///< "exit <code>" or "signal <number>"
  kFailed = 'f',    ///< "<what> <text>": it could not be started
};

struct Frame {
  FrameKind kind = FrameKind::kBeat;
  std::string bytes;
};

constexpr std::size_t kFrameBytesMax = 64 * 1024;

/// `bytes` as one frame, or as several where it is longer than one holds.
std::string encode_frames(FrameKind kind, std::string_view bytes);

/// Takes frames out of a stream that comes in pieces from somebody who may not be trusted: holds one frame
/// and the piece at most.
class FrameReader {
 public:
  void feed(std::string_view bytes) { waiting_.append(bytes); }
  /// The next whole frame. Nothing: more must come, or broken().
  std::optional<Frame> next();
  /// What came is no frame, and nothing after it can be.
  bool broken() const { return broken_; }

 private:
  std::string waiting_;
  std::size_t taken_ = 0;
  bool broken_ = false;
};

}  // namespace rescue::tether
