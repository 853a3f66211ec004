#include "rescue/evidence/on_threads.hpp"

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace rescue::evidence {

void on_threads(unsigned jobs, const std::function<void(unsigned thread)>& work) {
  std::mutex mutex;
  std::exception_ptr failure;
  const auto guarded = [&](unsigned number) {
    try {
      work(number);
    } catch (...) {
      const std::scoped_lock lock(mutex);
      failure = std::current_exception();
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 1; i < jobs; ++i) threads.emplace_back(guarded, i);
  guarded(0);
  threads.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace rescue::evidence
