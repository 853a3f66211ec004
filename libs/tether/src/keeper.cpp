#include "rescue/tether/keeper.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <vector>

#include "held_program.hpp"
#include "program_file.hpp"
#include "rescue/tether/frames.hpp"

namespace rescue::tether {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kGlanceMs = 250;
/// No more of the program's words is taken while so much waits to be sent, and no more input while it does
/// not read.
constexpr std::size_t kWaitingMax = 1U << 20U;
constexpr std::size_t kWordsMax = 200;
/// For what is on its way when the program has ended, and for the other side to take it.
constexpr seconds kLastWords{2};
constexpr seconds kFarewell{30};

volatile std::sig_atomic_t told_to_end = 0;

void on_end_signal(int /*signal*/) {
  told_to_end = 1;
}
void on_child_signal(int /*signal*/) {}  // ends the poll

void take_signals() {
  struct sigaction action {};
  action.sa_handler = on_end_signal;
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaction(signal, &action, nullptr);
  action.sa_handler = on_child_signal;
  ::sigaction(SIGCHLD, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

bool parse_limits(std::string_view text, HeldLimits& limits) {
  for (unsigned long* number : {&limits.cpu_s, &limits.memory_bytes, &limits.file_bytes, &limits.grace_s}) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
    if (error != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  return text.empty();
}

class Keeper {
 public:
  explicit Keeper(const KeeperOptions& options) : options_(options), file_(options.folder) {}
  int run();

 private:
  void glance();
  void read_line();
  void take(const Frame& frame);
  void start(const std::string& sha256);
  void refuse(const std::string& why);
  void carry_output(int fd, FrameKind kind);
  void carry_input();
  void send(FrameKind kind, std::string_view bytes) { waiting_ += encode_frames(kind, bytes); }
  void flush();
  void note_end();
  void watch_the_line();
  void line_is_gone();
  bool over() const;

  const KeeperOptions& options_;
  ProgramFile file_;
  HeldProgram program_;
  HeldLimits limits_;
  std::vector<std::string> words_{"program"};
  FrameReader frames_;
  std::string waiting_;  ///< to be sent
  std::string input_;    ///< for the program
  bool input_ends_ = false;
  bool line_ = true;
  bool refused_ = false;
  bool end_told_ = false;
  SteadyTime heard_ = steady_clock::now();
  SteadyTime beaten_ = steady_clock::now();
  SteadyTime ended_{};  ///< when the program had ended
  SteadyTime line_gone_{};
};

void Keeper::refuse(const std::string& why) {
  send(FrameKind::kFailed, why);
  refused_ = true;
  ended_ = steady_clock::now();
}

void Keeper::start(const std::string& sha256) {
  const bool whole = file_.seal(sha256);
  file_.clear_folder();
  if (!whole) return refuse("damaged what arrived is not what was sent");
  if (const auto failure = program_.start(file_.fd(), words_, limits_))
    return refuse("cannot-run " + *failure);
  send(FrameKind::kRuns, "");
}

void Keeper::take(const Frame& frame) {
  switch (frame.kind) {
    case FrameKind::kArgument:
      if (words_.size() < kWordsMax) words_.push_back(frame.bytes);
      return;
    case FrameKind::kLimits:
      if (!parse_limits(frame.bytes, limits_)) refuse("cannot-run the limits are none");
      return;
    case FrameKind::kProgram:
      if (!refused_ && !file_.write(frame.bytes))
        refuse("no-room neither the disk nor the memory takes the program");
      return;
    case FrameKind::kStart:
      if (!refused_ && !program_.runs() && !program_.ending()) start(frame.bytes);
      return;
    case FrameKind::kInput:
      input_ += frame.bytes;
      return;
    case FrameKind::kInputEnd:
      input_ends_ = true;
      return;
    case FrameKind::kKill:
      // One that must not be ended between two steps has its grace here, too.
      if (limits_.grace_s == 0) program_.kill();
      if (!end_told_ && !program_.ending()) line_is_gone();
      return;
    default:
      return;
  }
}

void Keeper::read_line() {
  std::array<char, 64 * 1024> piece{};
  const ssize_t n = ::read(options_.in, piece.data(), piece.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) return line_is_gone();
  heard_ = steady_clock::now();
  frames_.feed({piece.data(), static_cast<std::size_t>(n)});
  while (const auto frame = frames_.next()) take(*frame);
  if (frames_.broken()) line_is_gone();
}

void Keeper::line_is_gone() {
  if (!line_) return;
  line_ = false;
  line_gone_ = steady_clock::now();
  waiting_.clear();
  program_.close_in();
  if (limits_.grace_s == 0) program_.kill();
}

void Keeper::carry_output(int fd, FrameKind kind) {
  std::array<char, 64 * 1024> piece{};
  const ssize_t n = ::read(fd, piece.data(), piece.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n > 0) {
    if (line_) send(kind, {piece.data(), static_cast<std::size_t>(n)});
  } else if (kind == FrameKind::kOutput) {
    program_.close_out();
  } else {
    program_.close_err();
  }
}

void Keeper::carry_input() {
  const ssize_t n = ::write(program_.in(), input_.data(), input_.size());
  if (n > 0) input_.erase(0, static_cast<std::size_t>(n));
  if (n < 0 && errno != EINTR && errno != EAGAIN) {
    input_.clear();
    program_.close_in();
  }
}

void Keeper::flush() {
  const ssize_t n = ::write(options_.out, waiting_.data(), waiting_.size());
  if (n > 0) waiting_.erase(0, static_cast<std::size_t>(n));
  if (n < 0 && errno != EINTR && errno != EAGAIN) line_is_gone();
}

void Keeper::note_end() {
  if (end_told_ || !program_.ending()) return;
  const auto now = steady_clock::now();
  if (ended_ == SteadyTime{}) ended_ = now;
  // Somebody it forked may hold its streams for ever.
  const bool heard_out = program_.out() < 0 && program_.err() < 0;
  if (!heard_out && now - ended_ < kLastWords) return;
  send(FrameKind::kEnded, *program_.ending());
  end_told_ = true;
}

void Keeper::watch_the_line() {
  const auto now = steady_clock::now();
  if (told_to_end != 0) line_is_gone();
  if (now - heard_ > options_.silence) line_is_gone();
  if (!line_ && program_.runs() && now - line_gone_ > seconds(limits_.grace_s)) program_.kill();
  if (now - beaten_ < options_.between_beats || !line_) return;
  beaten_ = now;
  if (waiting_.size() < kWaitingMax) send(FrameKind::kBeat, "");
}

bool Keeper::over() const {
  if (!line_) return !program_.runs();
  const bool done = end_told_ || refused_;
  return done && (waiting_.empty() || steady_clock::now() - ended_ > kFarewell);
}

void Keeper::glance() {
  const bool hears = input_.size() < kWaitingMax;
  const bool speaks = waiting_.size() < kWaitingMax;
  pollfd watched[] = {{line_ && hears ? options_.in : -1, POLLIN, 0},
                      {line_ && !waiting_.empty() ? options_.out : -1, POLLOUT, 0},
                      {input_.empty() ? -1 : program_.in(), POLLOUT, 0},
                      {speaks ? program_.out() : -1, POLLIN, 0},
                      {speaks ? program_.err() : -1, POLLIN, 0}};
  if (::poll(watched, std::size(watched), kGlanceMs) > 0) {
    if (watched[0].revents != 0) read_line();
    if (watched[1].revents != 0 && line_) flush();
    if (watched[2].revents != 0 && program_.in() >= 0) carry_input();
    if (watched[3].revents != 0) carry_output(program_.out(), FrameKind::kOutput);
    if (watched[4].revents != 0) carry_output(program_.err(), FrameKind::kMessages);
  }
  if (input_ends_ && input_.empty()) program_.close_in();
}

int Keeper::run() {
  take_signals();
  for (const int fd : {options_.in, options_.out}) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  send(FrameKind::kBeat, "");
  while (!over()) {
    glance();
    watch_the_line();
    note_end();
  }
  file_.clear_folder();
  return 0;
}

}  // namespace

int keep(const KeeperOptions& options) {
  return Keeper(options).run();
}

}  // namespace rescue::tether
