#include "http_answer.hpp"

#include <cstdlib>

#include "fuzz_input.hpp"
#include "memory_stream.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  MemoryStream stream(input);
  const ManualClock clock{Timestamp{}};
  outside::Transcript transcript(clock);
  const outside::Limits limits{.bytes = 4'096, .body_bytes = 1'000};
  outside::LineReader lines(stream, limits.bytes);
  const auto answer = outside::read_http_answer(lines, transcript, limits, outside::SteadyTime::max());
  if (!answer) return;
  if (answer->status < 200 || answer->body.size() > limits.body_bytes) std::abort();
  for (const char c : outside::title_of(answer->body)) {
    if (c < ' ' || c > '~') std::abort();
  }
}
