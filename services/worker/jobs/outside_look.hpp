#pragma once

#include <future>

#include "job_kind.hpp"
#include "rescue/outside/check.hpp"

namespace rescue::worker {

/// What was seen of the complaints from outside.
struct Seen {
  outside::Answer answer = outside::Answer::kNotChecked;
  Json summary;  ///< {answer, document_sha256, checks: [{complaint, answer, why, address?, port?, seen}]}
  std::string document_sha256;
  /// The server itself answered.
  bool reached() const { return answer <= outside::Answer::kNotReproduced; }
};

/// Looks at the attempt's complaints from outside, on a thread of its own beside what the job does meanwhile;
/// nothing is looked at where there are none. Its end ends the look.
class OutsideLook {
 public:
  OutsideLook(const JobContext& context, const OutsideSettings& settings);
  ~OutsideLook();
  OutsideLook(const OutsideLook&) = delete;
  OutsideLook& operator=(const OutsideLook&) = delete;

  /// Waits for it, giving ticks, and keeps its document with the transcripts
  /// (api/schemas/outside.schema.json); nothing where there was no complaint. `gap` is what nobody looked at,
  /// for the document; "" none. kConflict ("job-cancelled"), kUnavailable ("worker-stopping",
  /// "evidence-store-unavailable").
  Result<std::optional<Seen>> finish(const std::string& gap);

 private:
  Status wait();
  const JobContext* context_;
  StopSignal stop_;
  std::chrono::seconds whole_;
  std::future<std::vector<outside::Check>> looking_;
};

}  // namespace rescue::worker
