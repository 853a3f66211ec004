#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "correlate.hpp"

namespace rescue::detect {

enum class VerdictState { kConfirmed, kSuspected, kNoneFound, kUndetermined };
std::string_view to_string(VerdictState state);

struct Judgement {
  VerdictState state = VerdictState::kUndetermined;
  std::string why;
};

struct Verdict {
  Judgement intrusion;
  Judgement mail_abuse;
  std::vector<std::string> mail_ways;  ///< open_relay, abused_account, abused_script
  bool cause_known = false;
  std::string cause_why;
};

/// From what was found and from what could be read: nothing found is said only where the sources that would
/// show it were read.
Verdict judge(const CaseFile& file, const std::vector<EntryVector>& vectors, const Scene& scene);

/// The sources without which a server is not called clean and that were not there, as gaps.
evidence::Gaps missing_sources(const Scene& scene);

}  // namespace rescue::detect
