#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "foremost.hpp"
#include "rescue/evidence/file_bytes.hpp"
#include "web_archives.hpp"
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

/// Judges files one by one; each thread has its own.
class FileScan {
 public:
  static constexpr std::uint64_t kMostBytes = 4 << 20;  ///< of one file; larger ones are read up to there

  static constexpr std::uint64_t kMostSettingsBytes = 1 << 20;  ///< of .htaccess and its like

  FileScan(const Scene& scene, const WebRules& rules) : scene_(scene), rules_(rules) {}

  /// The open file, where it is suspicious.
  std::optional<WebFile> judge(const std::string& path, evidence::FileBytes& bytes);
  /// A member of an archive, by its own name.
  std::optional<WebFile> judge_member(const WebFile& archive, const std::string& name,
                                      std::string_view content, bool whole);
  /// What shows that the file last judged is what it is.
  WebProof proof(const WebFile& file) const;
  /// What could not be seen in an archive; grave only where a server runs it as it is.
  void missed_in_archive(const std::string& path, const ArchiveReport& report);
  void left_out(const std::string& archive, std::string reason) {
    gap(archive, std::move(reason), is_run_packed(archive));
  }
  void missed(const std::string& path, const Error& error) { gap(path, error.detail, true); }

  std::size_t files = 0;
  std::uint64_t bytes = 0;  ///< looked at
  FirstGaps grave{evidence::Gaps::kMostOfAKind}, minor{evidence::Gaps::kMostOfAKind};

 private:
  bool take(const std::string& path, evidence::FileBytes& bytes);
  void convert();
  const Rule* rule_for(const std::string& path);
  void judge_settings(const std::string& path);
  bool is_code_here(const std::string& path);
  const Rule* script_rule(const std::string& path, bool image);
  void gap(const std::string& path, std::string reason, bool is_grave);

  const Scene& scene_;
  const WebRules& rules_;
  std::string_view text_;
  PhpReport report_;
  bool whole_ = true;
  std::string inside_;     ///< of a member, what stands before its name
  std::string converted_;  ///< of a file in UTF-16, its letters
  std::string sha256_;     ///< of such a file as it lies there
  CodeBySetting code_;
  std::set<std::string> folders_;  ///< whose settings were read
};

}  // namespace rescue::detect
