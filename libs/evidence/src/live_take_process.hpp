#pragma once

#include <map>
#include <set>
#include <string>

#include "live_files.hpp"

namespace rescue::evidence {

/// Takes what /proc tells of one process after another.
class LiveProcessTaker {
 public:
  LiveProcessTaker(LiveFiles& files, LiveWriter& out) : files_(files), out_(out) {}

  /// One that is gone meanwhile leaves nothing.
  void take(std::int32_t pid);

  /// One process of each network namespace, by the namespace.
  const std::map<std::string, std::int32_t>& networks() const { return networks_; }
  /// Of so many the kernel did not show everything.
  std::uint64_t refused() const { return refused_; }

 private:
  void take_text(const std::string& folder, const char* name, std::size_t bytes_max);
  void take_links(const std::string& folder, std::int32_t pid);
  void take_environment(const std::string& folder);
  void take_descriptors(const std::string& folder);
  void take_programs_in_memory(const std::string& folder);

  LiveFiles& files_;
  LiveWriter& out_;
  std::map<std::string, std::int32_t> networks_;
  std::uint64_t refused_ = 0, hashed_ = 0, descriptors_ = 0;
};

/// Of "NAME=value" texts, each ended by a zero byte, those whose names matter.
std::string variables_that_matter(std::string_view environment);
/// The lines of /proc/<pid>/maps that are executable and come from a file.
std::string executable_lines(std::string_view maps);

}  // namespace rescue::evidence
