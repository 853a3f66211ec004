#pragma once

#include <chrono>

#include "foremost.hpp"
#include "rescue/detect/case_file.hpp"
#include "rescue/evidence/file_reader.hpp"
#include "rescue/match/yara.hpp"

namespace rescue::detect {

inline constexpr std::string_view kYaraPrevents = "what the YARA rules would have found there";

/// The rule files (.yar, .yara) below a folder, compiled. What cannot be used is a gap that names file and
/// line; includes stay within the folder.
match::YaraRules read_yara_rules(const evidence::SafeRoot& folder, evidence::Gaps& gaps);

/// A file that a rule matches.
struct YaraHit {
  std::string path;
  Timestamp mtime{};
  std::string sha256;  ///< empty when the file could not be read whole
  match::YaraMatch match;
  Severity severity = Severity::kMedium;
};

/// The gravest first.
struct ByWeight {
  bool operator()(const YaraHit& a, const YaraHit& b) const {
    return std::tie(b.severity, a.path, a.match.source, a.match.rule) <
           std::tie(a.severity, b.path, b.match.source, b.match.rule);
  }
};

/// Looks with YARA rules into every file while the disk is gone over.
class YaraFiles final : public evidence::FileReader {
 public:
  static constexpr std::size_t kMostBytes = 32 << 20;  ///< of one file

  /// All are borrowed.
  YaraFiles(const Scene& scene, const match::YaraRules& rules, const Rule& rule);

  std::size_t beginning_bytes() const override { return kMostBytes; }
  bool wants(const std::string& path, const evidence::FileInfo& info) override;
  void look(unsigned thread, const std::string& path, evidence::FileBytes& bytes) override;
  void miss(unsigned thread, const std::string& path, const Error& error) override;

  struct Result {
    std::vector<YaraHit> hits;  ///< the gravest first
    std::uint64_t left_out = 0;
    evidence::Gaps gaps;
  };
  /// Once, when all has been gone over.
  Result take(const Scene& scene);

 private:
  struct ByPath {
    bool operator()(const evidence::Gap& a, const evidence::Gap& b) const {
      return std::tie(a.path, a.reason) < std::tie(b.path, b.reason);
    }
  };
  struct Thread {
    match::YaraScanner scanner;
    Foremost<YaraHit, ByWeight> hits;
    Foremost<evidence::Gap, ByPath> gaps;
    std::size_t files = 0;
    std::chrono::steady_clock::duration spent{};  ///< on files that took long
  };
  std::string owner_of(std::uint32_t uid) const;
  Severity severity_of(const match::YaraMatch& match) const;
  static void gap(Thread& own, const std::string& path, std::string reason);

  const Scene& scene_;
  const Rule& rule_;
  std::vector<Thread> threads_;
  std::size_t wanted_ = 0;
};

}  // namespace rescue::detect
