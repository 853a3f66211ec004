#pragma once

#include <string>
#include <vector>

#include "rescue/detect/case_file.hpp"

namespace rescue::detect {

/// /etc/sudoers, the files of /etc/sudoers.d, and whatever these include (sudoers(5), `@include`,
/// `@includedir` and their old forms with "#"), each once, sorted. At most 1,000; more is a gap.
std::vector<std::string> sudoers_files(const Scene& scene, const Json& patterns, evidence::Gaps& gaps);

/// The files of `patterns` and those that sshd_config includes from elsewhere, each once, sorted.
std::vector<std::string> sshd_files(const Scene& scene, const Json& patterns, evidence::Gaps& gaps);

}  // namespace rescue::detect
