#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/recovery/account_text.hpp"
#include "rescue/recovery/exim_text.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// Settings of Exim, of Debian's and of Dovecot's: what was taken out is not there any more, and where
/// nothing was the text is as it was.
void fuzz_one(std::string_view input) {
  for (const auto edit : {recovery::without_everybody_debian, recovery::without_everybody_exim}) {
    const auto once = edit(input, {"192.0.2.1/32", "[fd00::2]/128"});
    if (once.gone.empty() && once.text != input) std::abort();
    const auto twice = edit(once.text, {"192.0.2.1/32", "[fd00::2]/128"});
    if (!twice.gone.empty() || twice.text != once.text) std::abort();
  }
  (void)recovery::password_sources(input);
  const auto locked = recovery::with_locked_password(input, "sales");
  if (locked && recovery::with_locked_password(*locked, "sales") != locked) std::abort();
  const auto shut = recovery::with_unusable_password(input, "sales");
  if (shut && recovery::with_unusable_password(*shut, "sales") != shut) std::abort();
  (void)recovery::user_id(input, "sales");
  (void)recovery::recipient_answer(input);
  (void)recovery::configuration_file(input);
}
