#include <cstdlib>

#include "fuzz_input.hpp"
#include "line_undo.hpp"
#include "rescue/recovery/account_text.hpp"
#include "smtp_auth.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// What Exim tells of its authenticators, Cyrus' settings, saslauthd's words; an account's line that goes
/// back leaves the file as it was.
void fuzz_one(std::string_view input) {
  recovery::LoginSources sources;
  bool saslauthd = false;
  recovery::add_exim_authenticators(input, sources, saslauthd);
  for (const auto& file : sources.files)
    if (!file.starts_with('/')) std::abort();
  recovery::add_cyrus_settings(input, sources, saslauthd);
  (void)recovery::saslauthd_of({"saslauthd", std::string(input)});
  const auto shut = recovery::with_locked_password(input, "sales");
  if (!shut) return;
  recovery::FileChange change{.path = "/etc/shadow", .by_line = true};
  change.before = recovery::FileState{.bytes = std::string(input)};
  change.after = recovery::FileState{.bytes = *shut};
  const auto back = recovery::undone(change, change.after);
  if (!back || !*back || (*back)->bytes != input) std::abort();
  (void)recovery::undone(change, recovery::FileState{.bytes = *shut + "\nnina:x:"});
}
