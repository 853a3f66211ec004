#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <new>
#include <system_error>

namespace rescue::probe {

/// A fresh T in memory that children share. Throws std::system_error where there is none to have.
template <class T>
class SharedValue {
 public:
  SharedValue() {
    void* memory = ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    there_ = new (memory) T{};
  }
  SharedValue(const SharedValue&) = delete;
  SharedValue& operator=(const SharedValue&) = delete;
  ~SharedValue() { ::munmap(there_, sizeof(T)); }
  T& operator*() const { return *there_; }

 private:
  T* there_ = nullptr;
};

}  // namespace rescue::probe
