#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "line_channel.hpp"
#include "rescue/base/unique_fd.hpp"

namespace rescue::worker::testing {

/// A program on this machine over two pipes. Its stdin ends when this goes, and it is waited for.
class ChildChannel final : public LineChannel {
 public:
  static std::unique_ptr<ChildChannel> start(std::vector<std::string> command) {
    std::array<int, 2> in{}, out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) return nullptr;
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      std::vector<char*> words;
      for (auto& word : command) words.push_back(word.data());
      words.push_back(nullptr);
      ::execv(words[0], words.data());
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    return std::unique_ptr<ChildChannel>(new ChildChannel(pid, UniqueFd(in[1]), UniqueFd(out[0])));
  }
  ~ChildChannel() override {
    in_.reset();
    ::waitpid(pid_, nullptr, 0);
  }
  ChildChannel(const ChildChannel&) = delete;
  ChildChannel& operator=(const ChildChannel&) = delete;

  Status send(std::string_view line, SteadyTime) override {
    const std::string text = std::string(line) + "\n";
    if (::write(in_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) return {};
    return fail(ErrorCode::kUnavailable, "target-unavailable", "the child does not read");
  }
  Result<std::string> receive(SteadyTime until) override {
    while (true) {
      if (const auto end = waiting_.find('\n'); end != std::string::npos) {
        std::string line = waiting_.substr(0, end);
        waiting_.erase(0, end + 1);
        return line;
      }
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
      pollfd watched{out_.get(), POLLIN, 0};
      if (left <= 0 || ::poll(&watched, 1, static_cast<int>(left)) == 0)
        return fail(ErrorCode::kTimeout, "program-silent", "nothing came");
      std::array<char, 65'536> piece{};
      const ssize_t n = ::read(out_.get(), piece.data(), piece.size());
      if (n <= 0) return fail(ErrorCode::kUnavailable, "target-unavailable", "the child has ended");
      waiting_.append(piece.data(), static_cast<std::size_t>(n));
    }
  }
  pid_t pid() const { return pid_; }

 private:
  ChildChannel(pid_t pid, UniqueFd in, UniqueFd out) : pid_(pid), in_(std::move(in)), out_(std::move(out)) {}
  pid_t pid_;
  UniqueFd in_, out_;
  std::string waiting_;
};

}  // namespace rescue::worker::testing
