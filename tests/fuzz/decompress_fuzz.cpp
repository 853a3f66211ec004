#include <array>
#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/evidence/byte_stream.hpp"
#include "rescue/evidence/inflate.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// Whatever the magic number says; within the limits, however small the pieces.
void fuzz_one(std::string_view input) {
  constexpr std::uint64_t kMost = 1U << 20U;
  for (const auto wrapping : {evidence::DeflateWrapping::kNone, evidence::DeflateWrapping::kZlibOrGzip}) {
    if (evidence::inflate(input, wrapping, kMost).size() > kMost) std::abort();
  }
  evidence::MemoryStream source(input);
  const auto stream = evidence::decompress(evidence::compression_of(input), source,
                                           {.max_bytes = kMost, .free_bytes = kMost / 4, .max_ratio = 100});
  if (!stream) return;
  std::array<char, 4096> piece{};
  std::uint64_t total = 0;
  for (auto got = stream->read(piece); got && *got > 0; got = stream->read(piece)) total += *got;
  if (total > kMost + piece.size()) std::abort();
}
