#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/evidence/accounts.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  std::size_t bad_lines = 0;
  for (const auto& account : evidence::parse_passwd(input, bad_lines))
    static_cast<void>(account.can_log_in());
  for (const auto& member : evidence::parse_group(input)) {
    if (member.group.empty() || member.account.empty()) std::abort();
  }
}
