#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "rescue/evidence/byte_stream.hpp"
#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/log_files.hpp"
#include "rescue/evidence/web_config.hpp"

namespace rescue::evidence {

/// What a file is, told by its first bytes.
enum class LooseForm { kLog, kJournal, kWeb, kUnknown };
struct Recognised {
  LooseForm form = LooseForm::kUnknown;
  LogRole role = LogRole::kSystem;        ///< of kLog
  LogFormat format = LogFormat::kSyslog;  ///< of kLog
};
/// From the decompressed beginning of a file (64 KiB are enough). Lines decide by what most of them are,
/// login records by whether all of the first ones are possible. `cut`: the file goes on after it.
Recognised recognise(std::string_view beginning, bool cut);

/// What lies in a folder that is no server's disk.
struct LooseEvidence {
  std::vector<LogGroup> groups;
  WebConfig web;  ///< `files`, and the folder that all web files share as root
};
/// Looks at every regular file below the root, links not followed. Rotated files of one name (auth.log,
/// auth.log.1, auth.log.2.gz) are one log. What is recognised and not read, and how many files are of no
/// known form, become gaps, and so does that there is no server's disk.
/// What was not looked at when the time was up is counted, too.
LooseEvidence find_loose_evidence(const SafeRoot& root, const TimeIsUp& time_is_up, Gaps& gaps);

}  // namespace rescue::evidence
