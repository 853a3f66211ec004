#include "rescue/recovery/sendmail_relay.hpp"

#include "fuzz_input.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  const auto said = recovery::read_sendmail_trial(input);
  if (said && said->open && said->what_to_change.empty()) __builtin_trap();
}
