#pragma once

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

  explicit ShellTraces(const RuleBook& rules);
  void add(const Scene& scene, const evidence::Event& error);
  /// The first within that time behind `t` which no other address caused; null where there is none.
  const Trace* after(Timestamp t, std::chrono::seconds within, std::string_view address) const;
  /// One finding of each rule.
  void report(CaseFile& file) const;

 private:
  std::vector<const Rule*> rules_;
  std::vector<Trace> traces_;
};

}  // namespace rescue::detect
