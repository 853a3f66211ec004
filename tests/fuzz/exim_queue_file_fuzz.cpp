#include "rescue/recovery/exim_queue_file.hpp"

#include "fuzz_input.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  recovery::QueueMessage message;
  recovery::EximFlags flags;
  const bool read = recovery::read_exim_header_file(input, message, flags);
  if (!read || flags.frozen) return;
  // What is held and released again is what it was.
  constexpr std::int64_t kSeconds = 1'795'680'700;
  const auto frozen = recovery::with_frozen_line(input, kSeconds);
  if (recovery::without_frozen_line(frozen, kSeconds) != input) __builtin_trap();
}
