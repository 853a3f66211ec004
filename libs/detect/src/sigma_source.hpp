#pragma once

#include <string>
#include <string_view>

#include "rescue/detect/case_file.hpp"
#include "rescue/sigma/rule.hpp"

namespace rescue::detect {

/// As what an event is shown to Sigma rules. One event may be several: sudo's line is a line and a process.
enum class SigmaView : unsigned char {
  kLine,        ///< a line of any log but the two below
  kRequest,     ///< one of an access log
  kAudit,       ///< a record of auditd
  kProcess,     ///< a program that was started
  kFileMade,    ///< a file that came to be
  kFileGone,    ///< a file that was removed
  kConnection,  ///< a connection that a program opened
};

/// Why rules for this log source never fire here; "" where they may.
std::string why_not_read(const sigma::LogSource& source);

/// Whether a rule for this log source is about the event, seen as `view`.
bool is_about(const sigma::LogSource& source, SigmaView view, const evidence::Event& event,
              const Scene& scene);

}  // namespace rescue::detect
