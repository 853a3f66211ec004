#include "late_answers.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace rescue::http {

LateAnswers::LateAnswers() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

LateAnswers::~LateAnswers() {
  ::close(fd_);
}

void LateAnswers::push(Late late) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = waiting_.empty();
    waiting_.push_back(std::move(late));
  }
  if (!first) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);  // full means: it will wake anyway
}

std::vector<LateAnswers::Late> LateAnswers::take() {
  // Emptied before the look: what comes after it wakes the loop again.
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(fd_, &count, sizeof count);
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

}  // namespace rescue::http
