#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/tether/frames.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// In whatever pieces they come, frames are the same, and no longer than one may be.
void fuzz_one(std::string_view input) {
  if (input.empty()) return;
  const auto piece = static_cast<std::size_t>(static_cast<unsigned char>(input.front())) + 1;
  input.remove_prefix(1);
  const auto read = [&](std::size_t step) {
    tether::FrameReader reader;
    std::string again;
    for (std::size_t at = 0; at < input.size(); at += step) {
      reader.feed(input.substr(at, step));
      while (const auto frame = reader.next()) {
        if (frame->bytes.size() > tether::kFrameBytesMax) std::abort();
        again += tether::encode_frames(frame->kind, frame->bytes);
      }
    }
    return again;
  };
  const std::string whole = read(input.size() + 1);
  if (read(piece) != whole || !input.starts_with(whole)) std::abort();
}
