#pragma once

#include <memory>

#include "live_scene.hpp"
#include "rescue/detect/live.hpp"

namespace rescue::detect {

/// A running server within an investigation: its texts are understood first, its findings come once the disk
/// is known.
class LiveReading {
 public:
  /// What is read next is told to the root's board; what killed a reader before is left out.
  LiveReading(const LiveInput& input, const evidence::SafeRoot& root,
              const std::map<std::string, std::string>& left_out, evidence::Gaps& gaps);
  /// Takes our own programs out of what the survey found: they are no part of the server.
  void leave_out_ours(evidence::DiskSurvey& survey) const;
  void judge(const Scene& disk, CaseFile& file) const;
  /// The document's `live`.
  Json section(const Scene& disk) const;

 private:
  const LiveInput& input_;
  evidence::LiveState state_;
};

}  // namespace rescue::detect
