#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "rescue/detect/case_file.hpp"

namespace rescue::detect {

/// Looks for one family of techniques. Called on one thread: file_reader(), prepare(), on_event() for every
/// event of a kind it asked for, finish(). One object per investigation.
class Detector {
 public:
  virtual ~Detector() = default;
  /// Who looks into files while the disk is gone over, before prepare(); null: nobody. Its own, as long as it
  /// lives. The scene's survey is not yet made.
  virtual evidence::FileReader* file_reader(const Scene&) { return nullptr; }
  /// The disk was gone over, the logs are not read yet.
  virtual void prepare(const Scene&, CaseFile&) {}
  /// Views in `event` die with the call.
  virtual void on_event(const Scene&, const evidence::Event&) {}
  /// All events have been seen, and the detectors above in the table have finished.
  virtual void finish(const Scene&, CaseFile&) = 0;
};

struct DetectorEntry {
  std::string_view name;
  std::vector<evidence::EventKind> kinds;  ///< which events it wants
  std::unique_ptr<Detector> (*make)(const RuleBook&);
};

/// The explicit table of all detectors. A new one is one line there; order matters to finish().
const std::vector<DetectorEntry>& detectors();

}  // namespace rescue::detect
