#pragma once

#include <functional>

namespace rescue::evidence {

/// `work` on each of `jobs` threads, the caller's among them, told its number. What one of them throws is
/// thrown here, when all have ended.
void on_threads(unsigned jobs, const std::function<void(unsigned thread)>& work);

}  // namespace rescue::evidence
