#include "rescue/recovery/sendmail_queue_file.hpp"

#include "fuzz_input.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  recovery::QueueMessage message;
  recovery::SendmailFlags flags;
  const bool read = recovery::read_sendmail_queue_file(input, message, flags);
  if (!read || flags.quarantined) return;
  // What is held and released again is what it was.
  constexpr std::int64_t kSeconds = 1'795'680'700;
  const auto held = recovery::with_quarantine_line(input, kSeconds);
  if (recovery::without_quarantine_line(held, kSeconds) != input) __builtin_trap();
}
