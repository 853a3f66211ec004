#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "foremost.hpp"
#include "web_files.hpp"
#include "web_settings.hpp"

namespace rescue::detect {

inline constexpr std::string_view kWebGapPrevents = "finding a web shell there";

struct ByPath {
  bool operator()(const evidence::Gap& a, const evidence::Gap& b) const {
    return std::tie(a.path, a.reason) < std::tie(b.path, b.reason);
  }
};
using FirstGaps = Foremost<evidence::Gap, ByPath>;

/// Reads and judges files one by one; each thread has its own.
class FileScan {
 public:
  static constexpr std::uint64_t kMostBytes = 4 << 20;  ///< of one file; larger ones are read up to there

  static constexpr std::uint64_t kMostSettingsBytes = 1 << 20;  ///< of .htaccess and its like

  FileScan(const Scene& scene, const WebRules& rules, const CodeBySetting& code)
      : scene_(scene), rules_(rules), code_(code) {}

  struct Candidate {
    std::string path;
    Timestamp mtime{};
  };
  /// Takes over the path of one that is suspicious.
  std::optional<WebFile> judge(Candidate& candidate);
  std::optional<WebProof> prove(const WebFile& file);

  std::uint64_t bytes = 0;  ///< read
  FirstGaps grave{evidence::Gaps::kMostOfAKind}, minor{evidence::Gaps::kMostOfAKind};

 private:
  bool read(const std::string& path);
  const Rule* rule_for(const std::string& path);
  void judge_settings(const std::string& path);
  const Rule* script_rule(const std::string& path, bool image);
  void gap(const std::string& path, std::string reason, bool is_grave);

  const Scene& scene_;
  const WebRules& rules_;
  const CodeBySetting& code_;
  std::string text_;
  PhpReport report_;
  bool whole_ = true;
  std::string sha256_;  ///< of a file whose text was converted
};

}  // namespace rescue::detect
