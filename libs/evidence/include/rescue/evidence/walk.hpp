#pragma once

#include <functional>
#include <string>

#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

struct WalkLimits {
  std::size_t max_entries = 2'000'000;  ///< all directories together
  std::size_t max_per_directory = 200'000;
  std::size_t max_depth = 48;
};

/// Calls `visit` for everything below `directory`, in the order of names, not following links. What is over a
/// limit or cannot be listed becomes a gap that prevents `prevents`, a grave one where files were left out: a
/// flood may hide something. An absent directory is no gap: the caller knows whether it had to be there.
/// `visit` answers whether to go into a directory (ignored for others).
void walk(const SafeRoot& root, const std::string& directory, const WalkLimits& limits,
          const std::string& prevents, Gaps& gaps,
          const std::function<bool(const std::string& path, const FileInfo& info)>& visit);

}  // namespace rescue::evidence
