#pragma once

#include <map>
#include <string>

#include "rescue/detect/case_file.hpp"

namespace rescue::detect {

/// A place in a file that a finding is about.
struct Spot {
  std::string path;
  std::uint64_t line = 0;  ///< 0: the file as a whole
  std::string excerpt = {};
  std::string sha256 = {};
};

/// A finding about a file as it lies there now: its time is the file's. `values` fill in the rule's texts;
/// {path} is given.
Finding disk_finding(const Rule& rule, const Scene& scene, const Spot& spot,
                     std::map<std::string, std::string> values = {});

}  // namespace rescue::detect
