#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "rescue/detect/case_file.hpp"

namespace rescue::detect {

/// Whose doing an event was that names its account by a number, or not at all. Looks accounts up once: there
/// may be as many of them as commands. One investigation.
class AccountNames {
 public:
  /// By name, by number, or whose home the history lies in.
  std::string of(const Scene& scene, const evidence::Event& event);
  /// The name of a number, "" where there is none.
  std::string of_uid(const Scene& scene, std::string_view uid);

 private:
  void know(const Scene& scene);

  std::unordered_map<std::string, std::string> by_uid_, by_home_;
  bool known_ = false;
};

}  // namespace rescue::detect
