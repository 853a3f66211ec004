#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "rescue/base/clock.hpp"
#include "rescue/base/json.hpp"
#include "rescue/base/json_text.hpp"

namespace rescue::log {

enum class Level { kDebug, kInfo, kWarn, kError };
std::string_view to_string(Level level);
/// "debug", "info", "warn" or "error"; kInvalid otherwise.
Result<Level> parse_level(std::string_view text);

/// Writes one JSON line per event to a file descriptor (not owned):
/// {"time":"…Z","level":"info","service":"intake","event":"report.accepted", …fields}.
/// `event` is a fixed name; ids go into fields: incident_id, job_id, trace_id, duration_ms. Bytes that are no
/// UTF-8 are replaced, control bytes and everything outside ASCII escaped, so that a line is safe on any
/// terminal. A line is valid JSON of at most 16 KiB: long texts in it are cut, and when that is not enough
/// only its ids stay ("cut":true). Lines of several threads never mix. Copies share the lock. Thread-safe.
class Logger {
 public:
  struct Options {
    std::string service;
    int fd = 2;
    Level minimum = Level::kInfo;
  };
  /// `clock` must outlive the logger.
  Logger(Options options, const Clock& clock);
  void debug(std::string_view event, const Json& fields = Json::object()) const;
  void info(std::string_view event, const Json& fields = Json::object()) const;
  /// For what is told at every request, without a Json made first; no field of the logger's own names.
  void info(std::string_view event, const JsonObjectText& fields) const;
  void warn(std::string_view event, const Json& fields = Json::object()) const;
  void error(std::string_view event, const Json& fields = Json::object()) const;

  /// While it lives, what its thread logs here is kept, and written at its end in one go: for a loop that
  /// tells of many things at once. One at a time and thread; `logger` must outlive it.
  class Together {
   public:
    explicit Together(const Logger& logger);
    ~Together();
    Together(const Together&) = delete;
    Together& operator=(const Together&) = delete;

   private:
    const Logger& logger_;
  };

 private:
  void write(Level level, std::string_view event, const Json& fields) const;
  std::string head(Level level, std::string_view event) const;
  void put(std::string_view line) const;
  Options options_;
  const Clock* clock_;
  std::shared_ptr<std::mutex> mutex_;
};

}  // namespace rescue::log
