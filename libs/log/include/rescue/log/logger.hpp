#pragma once

#include <string>
#include <string_view>

#include "rescue/base/clock.hpp"
#include "rescue/base/json.hpp"

namespace rescue::log {

enum class Level { kDebug, kInfo, kWarn, kError };

/// Writes one JSON line per event to a file descriptor (not owned), one write() each:
/// {"time":"…Z","level":"info","service":"intake","event":"report.accepted", …fields}.
/// `event` is a fixed name; ids go into fields: incident_id, job_id, trace_id, duration_ms. Bytes that are no
/// UTF-8 are replaced and control bytes escaped; a line is cut at 16 KiB. Thread-safe.
class Logger {
 public:
  struct Options {
    std::string service;
    int fd = 2;
    Level minimum = Level::kInfo;
  };
  Logger(Options options, const Clock& clock);
  void debug(std::string_view event, const Json& fields = Json::object()) const;
  void info(std::string_view event, const Json& fields = Json::object()) const;
  void warn(std::string_view event, const Json& fields = Json::object()) const;
  void error(std::string_view event, const Json& fields = Json::object()) const;

 private:
  void write(Level level, std::string_view event, const Json& fields) const;
  Options options_;
  const Clock* clock_;
};

}  // namespace rescue::log
