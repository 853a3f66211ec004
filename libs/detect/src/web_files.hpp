#pragma once

#include <optional>
#include <string>
#include <vector>

#include "php_analysis.hpp"
#include "rescue/detect/case_file.hpp"
#include "script_flow.hpp"
#include "web_settings.hpp"

namespace rescue::detect {

/// What web code is judged by.
struct WebRules {
  explicit WebRules(const RuleBook& book) : php(book), scripts(book) {}
  PhpSinks php;
  ScriptRules scripts;
};

/// A file in a web folder (or a folder for temporary files) that was looked into and found suspicious. Small:
/// there may be a million of them.
struct WebFile {
  std::string path;
  Timestamp mtime{};
  const Rule* rule = nullptr;  ///< the gravest that it breaks
};

struct WebScan {
  std::vector<WebFile> suspicious;  ///< sorted by path
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  evidence::Gaps gaps;
  CodeBySetting code;  ///< what .htaccess and its like make code of
};

/// What shows that a file is what it is said to be.
struct WebProof {
  struct Line {
    std::uint32_t number = 1;
    std::string text;  ///< of the first line in decoded layers
  };
  std::string sha256;  ///< empty when the file was not read whole
  std::vector<Line> lines;
  unsigned layers = 0;  ///< how many times the first line's code was decoded before it could be read
};

/// Looks through the scene's web folders, /tmp, /var/tmp and /dev/shm, with `scene.jobs` threads. Files that
/// a PHP interpreter may be given are analysed, by their names or by the settings around them; other files
/// only when PHP code stands in them. The settings themselves are judged, too, the server's among them.
WebScan scan_web_files(const Scene& scene, const WebRules& rules);

/// Looks at some of the suspicious ones again, for the lines to show: those of all would fill the memory. One
/// for each file in the same order; nothing where a file cannot be read any more or the time is long up.
std::vector<std::optional<WebProof>> prove(const Scene& scene, const WebRules& rules,
                                           const CodeBySetting& code,
                                           const std::vector<const WebFile*>& files);

}  // namespace rescue::detect
