#pragma once

#include <string>
#include <vector>

#include "php_analysis.hpp"
#include "rescue/detect/case_file.hpp"

namespace rescue::detect {

/// A file in a web folder (or a folder for temporary files) that was looked into and found suspicious.
struct WebFile {
  std::string path;
  evidence::FileInfo info;
  std::string sha256;
  std::vector<PhpFlow> flows;
  std::vector<std::string> lines;  ///< the text of each flow's line; of the first one in decoded layers
  bool image = false;              ///< bears an image's name
  bool in_uploads = false;
};

struct WebScan {
  std::vector<WebFile> suspicious;  ///< sorted by path
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  evidence::Gaps gaps;
};

/// Looks through the scene's web folders, /tmp, /var/tmp and /dev/shm, with `scene.jobs` threads. Files that
/// a PHP interpreter may be given are analysed; other files only when PHP code stands in them.
WebScan scan_web_files(const Scene& scene, const PhpSinks& sinks);

}  // namespace rescue::detect
