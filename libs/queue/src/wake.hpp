#pragma once

namespace rescue::queue {

/// Ends another thread's wait for a socket (eventfd(2)). A wake that comes before the wait ends it at once.
/// Throws std::runtime_error when the process has no descriptors left. Thread-safe.
class Wake {
 public:
  Wake();
  ~Wake();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;
  void wake() const;
  /// Forgets the wakes so far.
  void clear() const;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace rescue::queue
