#pragma once

#include <chrono>
#include <iosfwd>

#include "rescue/detect/findings_board.hpp"
#include "rescue/evidence/read_board.hpp"

namespace rescue::probe {

enum class ProgressForm { kNone, kTerminal, kLines };

/// Tells how far the reading is: on a terminal as one line that is written over, for a program as one JSON
/// object a line (`{"progress": {"phase", "files", "bytes", "planned_bytes", "bytes_per_s", "elapsed_s",
/// "left_s", "findings"}}`, what is not known yet is null; findings so far by severity), when the phase
/// changes and every ten seconds.
class Progress {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  /// `found` outlives it; null: findings are not told.
  Progress(ProgressForm form, std::ostream& out, SteadyTime begun,
           const detect::FindingsBoard* found = nullptr)
      : form_(form), out_(out), begun_(begun), found_(found) {}
  void tell(const evidence::ReadBoard& board, SteadyTime now);
  /// Leaves a terminal's line empty.
  void end();

 private:
  void on_terminal(const evidence::ReadBoard& board, double elapsed_s);
  void as_line(const evidence::ReadBoard& board, double elapsed_s);

  ProgressForm form_;
  std::ostream& out_;
  SteadyTime begun_;
  const detect::FindingsBoard* found_;
  SteadyTime last_told_{};
  evidence::ReadPhase last_phase_ = evidence::ReadPhase::kArtifacts;
};

}  // namespace rescue::probe
