#include "rescue/target/mounted_target.hpp"

#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "child_process.hpp"

namespace rescue::target {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

int milliseconds_until(SteadyTime when) {
  const auto left = std::chrono::ceil<milliseconds>(when - steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

/// False at the end of the stream.
bool read_some(int fd, std::string& out) {
  std::array<char, 64 * 1024> piece;
  const ssize_t n = ::read(fd, piece.data(), piece.size());
  if (n > 0) out.append(piece.data(), static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/// As much as a pipe holds: somebody else may still be writing, and is not waited for.
void read_rest(int fd, std::string& out) {
  constexpr int kRounds = 16;
  for (int round = 0; round < kRounds; ++round) {
    const std::size_t before = out.size();
    if (!read_some(fd, out) || out.size() == before) return;
  }
}

class Child final : public Running {
 public:
  explicit Child(ChildProcess process) : process_(std::move(process)) {}

  Status send(std::string_view bytes, SteadyTime until) override;
  Status end_input() override {
    process_.close_in();
    return {};
  }
  Result<Heard> hear(SteadyTime until) override;

 private:
  ChildProcess process_;
  bool ended_ = false;
  bool out_open_ = true, err_open_ = true;
};

Status Child::send(std::string_view bytes, SteadyTime until) {
  while (!bytes.empty() && process_.in_fd() >= 0) {
    const ssize_t n = ::write(process_.in_fd(), bytes.data(), bytes.size());
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
      continue;
    }
    if (n < 0 && errno == EPIPE) return end_input();
    if (steady_clock::now() >= until) {
      return fail(ErrorCode::kTimeout, "target-silent", "the program does not take what is sent to it");
    }
    pollfd watched{process_.in_fd(), POLLOUT, 0};
    ::poll(&watched, 1, milliseconds_until(until));
  }
  return {};
}

Result<Heard> Child::hear(SteadyTime until) {
  Heard heard;
  if (ended_) return heard;
  pollfd watched[] = {{process_.exit_fd(), POLLIN, 0},
                      {out_open_ ? process_.out_fd() : -1, POLLIN, 0},
                      {err_open_ ? process_.err_fd() : -1, POLLIN, 0}};
  if (::poll(watched, std::size(watched), milliseconds_until(until)) <= 0) return heard;
  if (watched[1].revents != 0) out_open_ = read_some(process_.out_fd(), heard.out);
  if (watched[2].revents != 0) err_open_ = read_some(process_.err_fd(), heard.messages);
  if (watched[0].revents == 0) return heard;
  const int status = process_.end();
  ended_ = true;
  if (out_open_) read_rest(process_.out_fd(), heard.out);
  if (err_open_) read_rest(process_.err_fd(), heard.messages);
  heard.ending =
      WIFSIGNALED(status) ? Ending{.signal = WTERMSIG(status)} : Ending{.exit_code = WEXITSTATUS(status)};
  return heard;
}

}  // namespace

Result<std::unique_ptr<Running>> MountedTarget::start(const ProgramRun& run) {
  RESCUE_ASSIGN(ChildProcess process, ChildProcess::start(run));
  return std::make_unique<Child>(std::move(process));
}

}  // namespace rescue::target
