#pragma once

#include <set>
#include <string>
#include <vector>

#include "rescue/detect/case_file.hpp"

namespace rescue::detect {

/// What commands that a web server ran have written to its error log, by the rules of `web` with `texts`.
class ShellTraces {
 public:
  struct Trace {
    const Rule* rule = nullptr;
    Timestamp time{};
    std::string address;  ///< empty where the line names none
    std::string text;
    EvidenceRef evidence;
  };

  /// What may have caused one: a request.
  struct Cause {
    Timestamp time{};
    std::string_view address, target, log;
  };
  /// What a trace and its cause have in common, besides the moment.
  enum class Tie { kMoment, kTool, kClient };
  struct Effect {
    const Trace* trace = nullptr;
    Tie tie = Tie::kMoment;
  };

  explicit ShellTraces(const RuleBook& rules);
  void add(const Scene& scene, const evidence::Event& error);
  /// Once all are there: `causes` are the times of what may have caused one, sorted.
  void settle(const std::vector<Timestamp>& causes, std::chrono::seconds within);
  /// The one within that time behind the cause that has most in common with it; no other address's and no
  /// other site's. Null where there is none.
  Effect of(const Cause& cause, std::chrono::seconds within) const;
  /// One finding of each rule.
  void report(CaseFile& file) const;

 private:
  std::vector<const Rule*> rules_;
  std::vector<Trace> traces_;
  std::set<std::string> common_;  ///< texts that come without any cause, too
  std::uint64_t left_out_ = 0;
};

}  // namespace rescue::detect
