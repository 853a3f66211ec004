#include "progress_board.hpp"

#include <algorithm>

namespace rescue::worker {
namespace {

constexpr std::chrono::seconds kPause{1};
/// Ten years: what goes so slowly is not told by the second.
constexpr double kLeftMaxS = 3e8;

}  // namespace

bool ProgressBoard::put(const Progress& progress, SteadyTime now) {
  const bool begun = latest_.is_null() || latest_["phase"] != progress.phase;
  news_ = news_ || begun;
  if (begun || latest_["unit"] != progress.unit || progress.done < first_done_) {
    first_ = now;
    first_done_ = progress.done;
  }
  latest_ = {{"phase", progress.phase},
             {"done", progress.done},
             {"total", progress.total ? Json(*progress.total) : Json()},
             {"unit", progress.unit}};
  if (progress.findings) latest_["findings"] = to_json(*progress.findings);
  add_rate(progress, now);
  if (!news_ || now - told_ < kPause) return false;
  news_ = false;
  told_ = now;
  return true;
}

/// Seconds that pass are no work.
void ProgressBoard::add_rate(const Progress& progress, SteadyTime now) {
  const double elapsed_s = std::chrono::duration<double>(now - first_).count();
  const auto done = static_cast<double>(progress.done - first_done_);
  if (progress.unit == "seconds" || elapsed_s < 1 || done <= 0) return;
  const double rate = done / elapsed_s;
  latest_["rate_per_s"] = static_cast<std::int64_t>(rate);
  if (!progress.total) return;
  const auto left = static_cast<double>(std::max<std::int64_t>(0, *progress.total - progress.done));
  latest_["left_s"] = static_cast<std::int64_t>(std::min(left / rate, kLeftMaxS));
}

}  // namespace rescue::worker
