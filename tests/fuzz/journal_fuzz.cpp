#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "fuzz_input.hpp"
#include "journal_file.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// A journal from its header to its last entry. However its objects lie, no place gives more than one.
void fuzz_one(std::string_view input) {
  static const int file = ::memfd_create("journal", MFD_CLOEXEC);
  if (::ftruncate(file, 0) != 0) std::abort();
  if (::pwrite(file, input.data(), input.size(), 0) != static_cast<ssize_t>(input.size())) std::abort();
  evidence::FileInfo info;
  info.kind = evidence::FileKind::kRegular;
  info.size = input.size();
  evidence::JournalFile journal("/j", {UniqueFd(::dup(file)), info}, [] { return false; });
  evidence::JournalEntry entry;
  std::uint64_t entries = 0;
  while (journal.next(entry)) ++entries;
  journal.finish();
  if (entries != journal.facts().entries || entries > input.size() / 8) std::abort();
}
