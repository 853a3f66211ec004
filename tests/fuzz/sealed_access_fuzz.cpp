#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/seal/access.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// What a customer sealed, opened: read, or refused without a word of it.
void fuzz_one(std::string_view input) {
  const auto access = seal::read_access(input);
  if (!access) {
    if (access.error().problem != "access-not-readable") std::abort();
    return;
  }
  const bool by_key = !access->private_key.empty();
  if (by_key != access->password.empty()) std::abort();
  if ((access->sudo == seal::Sudo::kWithPassword) == access->sudo_password.empty()) std::abort();
  if (access->address.empty() || access->user.empty() || access->user.front() == '-') std::abort();
}
