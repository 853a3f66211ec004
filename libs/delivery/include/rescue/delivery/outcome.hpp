#pragma once

#include <chrono>
#include <string>

namespace rescue::delivery {

/// What follows from one attempt to deliver.
enum class Verdict {
  kDelivered,  ///< the other side said yes
  kLater,      ///< the same may work later
  kNever,      ///< the same again would end the same
  kGone,       ///< the endpoint says that it wants nothing any more (HTTP 410)
};

/// How one attempt ended.
struct Outcome {
  Verdict verdict = Verdict::kLater;
  std::string problem = {};               ///< stable name: "timed-out"; "" when delivered
  std::string detail = {};                ///< one line for a person, at most 300 bytes, printable
  int status = 0;                         ///< HTTP status or SMTP reply code; 0: there was none
  std::chrono::seconds retry_after = {};  ///< what the other side asked for, at most a day
};

}  // namespace rescue::delivery
