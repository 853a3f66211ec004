#include "fuzz_input.hpp"
#include "sigma_audit.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// Records of auditd, each "<line number> <line>\n".
void fuzz_one(std::string_view input) {
  static detect::ProcessBook processes;
  const auto records = detect::split_audit_records(input);
  for (const auto& record : records) static_cast<void>(detect::command_of(record));
  static_cast<void>(detect::deeds_of(records, processes));
}
