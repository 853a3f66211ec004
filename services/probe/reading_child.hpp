#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>

#include "rescue/base/unique_fd.hpp"
#include "rescue/evidence/read_board.hpp"

namespace rescue::probe {

/// How a child ended.
struct ChildEnd {
  int code = 0;       ///< exit code, where no signal ended it
  int signal = 0;     ///< 0: none
  bool hung = false;  ///< it was killed because nothing was heard of it
};

/// A forked child that works on memory shared with us. It dies with us; whoever holds it has ended it before
/// it goes.
class ReadingChild {
 public:
  /// Runs `work` in a child and ends that with its answer. Throws std::system_error when there is no process
  /// to have.
  ReadingChild(evidence::ReadBoard& board, const std::function<int()>& work);
  ReadingChild(const ReadingChild&) = delete;
  ReadingChild& operator=(const ReadingChild&) = delete;
  ~ReadingChild();

  /// True when it ended within `time`.
  bool ends_within(std::chrono::milliseconds time);
  /// Processor time that it has used so far.
  std::chrono::nanoseconds cpu_time() const;
  /// Kills it where it still runs.
  ChildEnd end(bool hung);

 private:
  pid_t pid_ = -1;
  UniqueFd alive_;  // at its end when no child holds the other end
};

}  // namespace rescue::probe
