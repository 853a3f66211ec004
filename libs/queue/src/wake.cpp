#include "wake.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <stdexcept>

namespace rescue::queue {

Wake::Wake() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw std::runtime_error("cannot make an eventfd");
}

Wake::~Wake() {
  ::close(descriptor_);
}

void Wake::wake() const {
  ::eventfd_write(descriptor_, 1);  // fails only when it is full of wakes
}

void Wake::clear() const {
  eventfd_t count = 0;
  ::eventfd_read(descriptor_, &count);
}

}  // namespace rescue::queue
