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

constexpr SigmaView kSigmaViews[] = {SigmaView::kLine,      SigmaView::kRequest,  SigmaView::kAudit,
                                     SigmaView::kProcess,   SigmaView::kFileMade, SigmaView::kFileGone,
                                     SigmaView::kConnection};

/// Why rules for this log source never fire here; "" where they may.
std::string why_not_read(const sigma::LogSource& source);

/// Whether a rule for this log source may be about any event seen as `view`.
bool may_be_about(const sigma::LogSource& source, SigmaView view);

/// Whether it is about this one.
bool is_about(const sigma::LogSource& source, SigmaView view, const evidence::Event& event,
              const Scene& scene);

}  // namespace rescue::detect
