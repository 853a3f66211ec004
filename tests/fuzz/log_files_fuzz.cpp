#include <cstdlib>
#include <span>

#include "fuzz_input.hpp"
#include "fuzz_root.hpp"
#include "rescue/evidence/log_reader.hpp"
#include "rescue/evidence/login_records.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// A whole log, in each form, from the file to its events: what the single parsers do together.
void fuzz_one(std::string_view input) {
  using enum evidence::LogFormat;
  for (const bool failed : {false, true}) {
    evidence::EventBatch batch;
    evidence::add_login_records(input, 0, failed, batch);
  }
  static const FuzzRoot folder("/log");
  static const auto root = folder.open();
  folder.write(input);
  const auto info = root.info("/log");
  if (!info) std::abort();
  for (const auto format : {kSyslog, kAccess, kLoginRecords, kFailedRecords}) {
    evidence::Gaps gaps;
    evidence::LogGroup group{evidence::LogRole::kSystem, format, "/log", {{"/log", *info}}};
    std::uint64_t events = 0;
    const auto count = [&](std::span<const evidence::Event> batch) { events += batch.size(); };
    const auto read = evidence::read_logs(root, {group}, evidence::TimeZone(), {}, count, gaps);
    if (read.size() != 1 || read[0].events != events) std::abort();
  }
}
