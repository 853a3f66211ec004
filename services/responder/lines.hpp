#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace rescue::responder {

/// Lines from one descriptor, bounded in length and in how long one is waited for. One thread at a time.
class Lines {
 public:
  Lines(int fd, std::size_t bytes_max, std::chrono::seconds silence_max)
      : fd_(fd), bytes_max_(bytes_max), silence_max_(silence_max) {}
  /// Without its end. Nothing at the end of the input, after too long a silence, and on SIGTERM. A line that
  /// is too long comes cut, one byte longer than it may be; its rest is dropped.
  std::optional<std::string> next();

 private:
  bool fill();
  int fd_;
  std::size_t bytes_max_;
  std::chrono::seconds silence_max_;
  std::string buffer_;
  bool dropping_ = false;
};

/// All of it, or false: nobody reads any more.
bool write_line(int fd, std::string_view line);

/// From now on a lost terminal, a lost reader and SIGTERM end nothing: they make `next` return nothing.
void outlive_signals();

}  // namespace rescue::responder
