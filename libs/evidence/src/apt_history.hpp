#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rescue/evidence/event.hpp"
#include "rescue/evidence/time_zone.hpp"

namespace rescue::evidence {

/// Reads apt's history.log (paragraphs between "Start-Date:" and "End-Date:") and term.log (what dpkg said
/// between "Log started:" and "Log ended:") line by line. Times are the server's own. Not thread-safe; one
/// per file.
class AptHistory {
 public:
  explicit AptHistory(const TimeZone& zone) : zone_(zone) {}
  /// False when the line tells of nothing that was done. Views into `line` and, of the account, into this.
  bool add(std::string_view line, Event& event);

 private:
  const TimeZone& zone_;
  std::optional<Timestamp> time_;  // of the paragraph
  std::string account_;            // who asked for it
};

}  // namespace rescue::evidence
