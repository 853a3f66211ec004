#include "supervision.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <ostream>
#include <system_error>

#include "app.hpp"
#include "reading_child.hpp"

namespace rescue::probe {
namespace {

using evidence::ReadBoard;
using evidence::ReadPhase;

/// A board in memory that children share.
class SharedBoard {
 public:
  SharedBoard() {
    void* memory =
        ::mmap(nullptr, sizeof(ReadBoard), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    board_ = new (memory) ReadBoard{};
  }
  SharedBoard(const SharedBoard&) = delete;
  SharedBoard& operator=(const SharedBoard&) = delete;
  ~SharedBoard() { ::munmap(board_, sizeof(ReadBoard)); }
  ReadBoard& operator*() const { return *board_; }

 private:
  ReadBoard* board_ = nullptr;
};

/// Until the child's end. Time without progress is counted in our own glances, so that a machine that slept
/// is no hanging child; a busy machine takes long, but uses no processor time for it.
ChildEnd attend(ReadingChild& child, const ReadBoard& board, const Supervision& how) {
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
    if (silence >= how.patience || child.cpu_time() - used >= how.cpu_patience) return child.end(true);
  }
  return child.end(false);
}

bool came_through(const ChildEnd& end) {
  return end.signal == 0 && end.code != kThrew && end.code != kOutOfMemory;
}

std::string words_for(const ChildEnd& end) {
  if (end.hung) return "no progress was made";
  if (end.signal == SIGKILL) return "the system ended it (memory)";
  if (end.signal != 0) return std::string("it was ended by ") + ::strsignal(end.signal);
  return end.code == kOutOfMemory ? "the memory was not enough" : "an error in the program";
}

/// Limits that our caller set on us all: it is to see them as its own child's end.
void share_the_fate(const ChildEnd& end) {
  if (end.signal != SIGXCPU && end.signal != SIGXFSZ) return;
  ::signal(end.signal, SIG_DFL);
  ::raise(end.signal);
}

/// What the next child leaves out for this end. False when nothing is left to leave out.
bool learn_from(const ChildEnd& end, const ReadBoard& board, const Supervision& how, bool too_often,
                Attempt& next) {
  const auto culprit = board.culprit();
  if (!culprit.empty() && !too_often && !next.left_out.contains(culprit)) {
    next.left_out[culprit] = "the reader died of this file (" + words_for(end) + "); it was left out";
    next.jobs = how.jobs;
    return true;
  }
  if (next.jobs > 1 && !too_often) {
    next.jobs = 1;  // whatever it is, it shows now
    return true;
  }
  const bool files = board.phase() == ReadPhase::kFiles && next.web_files;
  const bool logs = board.phase() == ReadPhase::kLogs && next.logs;
  if (!files && !logs) return false;
  (files ? next.web_files : next.logs) = false;
  next.jobs = how.jobs;
  next.gaps.push_back({.path = "/",
                       .reason = std::string(files ? "web files" : "logs") +
                                 " were left out: their reader died again and again (" + words_for(end) + ")",
                       .prevents = files ? "finding a web shell" : "what the logs would have told",
                       .grave = true});
  return true;
}

}  // namespace

int supervise(const Supervision& how, const std::function<int(const Attempt&, ReadBoard&)>& read,
              std::ostream& err) {
  Attempt attempt{.jobs = how.jobs, .left_out = {}, .gaps = {}};
  for (unsigned deaths = 0;; ++deaths) {
    const SharedBoard board;
    ReadingChild child(*board, [&] { return read(attempt, *board); });
    const auto end = attend(child, *board, how);
    if (came_through(end)) return end.code;
    share_the_fate(end);
    err << "rescue-probe: the reading child ended in the phase " << to_string((*board).phase()) << ": "
        << words_for(end) << std::endl;
    if (!learn_from(end, *board, how, deaths >= how.most_deaths, attempt)) return kFailed;
  }
}

}  // namespace rescue::probe
