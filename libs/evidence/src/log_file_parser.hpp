#pragma once

#include <functional>

#include "group_years.hpp"
#include "rescue/evidence/log_reader.hpp"

namespace rescue::evidence {

/// One log file to be read: a job of its own.
struct LogTask {
  const LogFile* file = nullptr;
  LogRole role = LogRole::kSystem;
  LogFormat format = LogFormat::kSyslog;
  std::uint32_t index = 0;
  GroupYears* years = nullptr;  ///< of its group, whose file at `place` it is
  std::size_t place = 0;
};

struct LogTaskResult {
  LogFileSummary summary;
  Gaps gaps;
};

/// Gets a batch, may wait, may take what is in it; false ends the reading. What it leaves is filled anew.
using EmitBatch = std::function<bool(EventBatch&)>;

/// Reads one file and hands its batches to `emit`.
LogTaskResult parse_log_file(const SafeRoot& root, const LogTask& task, const TimeZone& zone,
                             const LogReading& how, const EmitBatch& emit);

}  // namespace rescue::evidence
