#pragma once

#include "rescue/target/target.hpp"

namespace rescue::target {

/// A server's disk that is mounted here. Programs run as children on a short lead: clean environment, own
/// process group, limits, no core, no new privileges, low priority. Their lives are tied to the thread that
/// started them, and their group is killed with them.
class MountedTarget final : public Target {
 public:
  explicit MountedTarget(std::string root) : root_(std::move(root)) {}
  std::string root() const override { return root_; }
  std::string described() const override { return "mounted at " + root_; }
  Result<std::unique_ptr<Running>> start(const ProgramRun& run) override;

 private:
  std::string root_;
};

}  // namespace rescue::target
