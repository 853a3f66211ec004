#include "supervision.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <ostream>

#include "app.hpp"
#include "reading_child.hpp"
#include "shared_memory.hpp"

namespace rescue::probe {
namespace {

using evidence::ReadBoard;
using evidence::ReadPhase;

/// Until the child's end. Time without progress is counted in our own glances, so that a machine that slept
/// is no hanging child; a busy machine takes long, but uses no processor time for it.
ChildEnd attend(ReadingChild& child, const ReadBoard& board, const Supervision& how,
                std::chrono::milliseconds cpu_patience) {
  auto heard = board.beats();
  std::chrono::milliseconds silence{0};
  auto used = child.cpu_time();
  while (!child.ends_within(how.glance)) {
    if (how.on_glance) how.on_glance(board);
    silence += how.glance;
    if (const auto beats = board.beats(); beats != heard) {
      heard = beats;
      silence = std::chrono::milliseconds{0};
      used = child.cpu_time();
    }
    if (silence >= how.patience || child.cpu_time() - used >= cpu_patience) return child.end(true);
  }
  return child.end(false);
}

/// Processor time is the one thing that a file which ends its reader takes away: the more do, the less each
/// gets.
class Patience {
 public:
  explicit Patience(const Supervision& how) : how_(how), now_(how.cpu_patience) {}
  std::chrono::milliseconds now() const { return now_; }
  bool is_over() const { return spent_ >= how_.most_cpu_of_deaths; }
  void was_tried() {
    spent_ += now_;
    now_ = std::min(now_, std::max(now_ / 2, how_.least_cpu_patience));
  }

 private:
  const Supervision& how_;
  std::chrono::milliseconds now_, spent_{0};
};

bool came_through(const ChildEnd& end) {
  return end.signal == 0 && end.code != kThrew && end.code != kOutOfMemory;
}

std::string words_for(const ChildEnd& end) {
  if (end.hung) return "no progress was made";
  if (end.signal == SIGKILL) return "the system ended it (memory)";
  if (end.signal != 0) return std::string("it was ended by ") + ::strsignal(end.signal);
  return end.code == kOutOfMemory ? "the memory was not enough" : "an error in the program";
}

/// Limits that our caller set on us all: it is to see them as its own child's end. The child limits its own
/// processor time, too; where we have no limit, it died of that.
void share_the_fate(const ChildEnd& end) {
  if (end.signal != SIGXCPU && end.signal != SIGXFSZ) return;
  rlimit ours{};
  if (end.signal == SIGXCPU && ::getrlimit(RLIMIT_CPU, &ours) == 0 && ours.rlim_cur == RLIM_INFINITY) return;
  ::signal(end.signal, SIG_DFL);
  ::raise(end.signal);
}

/// Files that are new to blame: the one that was told, else those that were held by a child whose threads are
/// no more than it takes (two where logs are merged).
std::vector<std::string> blamed(const ReadBoard& board, const Attempt& attempt) {
  std::vector<std::string> paths = {board.culprit()};
  if (paths[0].empty() && attempt.jobs == 1) paths = board.held();
  std::erase_if(paths, [&](const auto& path) { return path.empty() || attempt.left_out.contains(path); });
  return paths;
}

/// The part that the next child does without: the one that was read, else the logs, then the web files; what
/// is judged comes from them.
bool leave_out_part(const ChildEnd& end, ReadPhase phase, Attempt& next) {
  const bool files = next.web_files && (phase == ReadPhase::kFiles || !next.logs);
  if (!files && !next.logs) return false;
  (files ? next.web_files : next.logs) = false;
  next.gaps.push_back({.path = "/",
                       .reason = std::string(files ? "web files" : "logs") +
                                 " were left out: the reading child died again and again (" + words_for(end) +
                                 ")",
                       .prevents = files ? "finding a web shell" : "what the logs would have told",
                       .grave = true});
  return true;
}

/// What the next child leaves out for this end. False when nothing is left to leave out.
bool learn_from(const ChildEnd& end, const ReadBoard& board, const Supervision& how, bool too_often,
                Attempt& next) {
  const auto paths = blamed(board, next);
  if (!paths.empty() && !too_often) {
    const std::string which = paths.size() == 1 ? "this file" : "this file or one read beside it";
    for (const auto& path : paths)
      next.left_out[path] = "the reader died of " + which + " (" + words_for(end) + "); it was left out";
    next.jobs = how.jobs;
    return true;
  }
  if (next.jobs > 1 && !too_often) {
    next.jobs = 1;  // whatever it is, it shows now
    return true;
  }
  next.jobs = how.jobs;
  return leave_out_part(end, board.phase(), next);
}

}  // namespace

int supervise(const Supervision& how, const std::function<int(const Attempt&, ReadBoard&)>& read,
              std::ostream& err) {
  Attempt attempt{.jobs = how.jobs, .left_out = {}, .gaps = {}};
  Patience patience(how);
  for (unsigned deaths = 0;; ++deaths) {
    const SharedValue<ReadBoard> board;
    ReadingChild child(*board, [&] { return read(attempt, *board); });
    const auto end = attend(child, *board, how, patience.now());
    if (came_through(end)) return end.code;
    share_the_fate(end);
    if (end.hung || end.signal == SIGXCPU) patience.was_tried();
    err << "rescue-probe: the reading child ended in the phase " << to_string((*board).phase()) << ": "
        << words_for(end) << std::endl;
    if (!learn_from(end, *board, how, deaths >= how.most_deaths || patience.is_over(), attempt))
      return kFailed;
  }
}

}  // namespace rescue::probe
