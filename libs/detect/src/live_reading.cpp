#include "live_reading.hpp"

#include <algorithm>

namespace rescue::detect {

LiveReading::LiveReading(const LiveInput& input, const evidence::SafeRoot& root,
                         const std::map<std::string, std::string>& left_out, evidence::Gaps& gaps)
    : input_(input) {
  gaps.append(input.gaps);
  state_ = evidence::read_live(
      input.snapshot,
      [&](const std::string& path) {
        if (root.board() != nullptr) root.board()->take_up(path);
        return !left_out.contains(path);
      },
      gaps);
}

void LiveReading::leave_out_ours(evidence::DiskSurvey& survey) const {
  const auto folder = input_.own_folder + "/";
  std::erase_if(survey.files, [&](const auto& file) {
    return file.path == input_.own_program || (!input_.own_folder.empty() && file.path.starts_with(folder));
  });
}

void LiveReading::judge(const Scene& disk, CaseFile& file) const {
  const LiveScene scene(state_, disk, input_.own_folder);
  judge_names(scene, file);
  judge_programs(scene, file);
  judge_behaviour(scene, file);
  judge_code(scene, file);
  judge_network(scene, file);
  judge_system(scene, file);
  judge_sessions(scene, file);
  tell_live_gaps(scene, file);
}

Json LiveReading::section(const Scene& disk) const {
  const LiveScene scene(state_, disk, input_.own_folder);
  return live_section(scene, input_.caller_clock);
}

}  // namespace rescue::detect
