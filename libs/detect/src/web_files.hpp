#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "php_analysis.hpp"
#include "rescue/detect/case_file.hpp"
#include "rescue/evidence/file_reader.hpp"
#include "script_flow.hpp"

namespace rescue::detect {

class FileScan;

/// What web code is judged by.
struct WebRules {
  explicit WebRules(const RuleBook& book)
      : php(book), scripts(book), judge_all(!php_words_are_enough(book)) {}
  PhpSinks php;
  ScriptRules scripts;
  bool judge_all;  ///< no PHP is left out for lack of a word
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

/// A file in a web folder (or a folder for temporary files) that was looked into and found suspicious. Small:
/// there may be a million of them.
struct WebFile {
  std::string path;  ///< of a member of an archive "archive!member"
  Timestamp mtime{};
  const Rule* rule = nullptr;               ///< the gravest that it breaks
  std::shared_ptr<const WebProof> proof{};  ///< of the first; others have to be read again for it
  std::size_t archive = 0;                  ///< how much of `path` is that of the archive; 0: it lies in none
};

struct WebScan {
  std::vector<WebFile> suspicious;  ///< sorted by path
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  evidence::Gaps gaps;
};

/// Looks through the scene's web folders, /tmp, /var/tmp and /dev/shm while the disk is gone over. Files that
/// a PHP interpreter may be given are analysed; other files only when PHP code stands in them.
/// Archives are read when all else is: their members are judged as files, without being written anywhere.
class WebFiles final : public evidence::FileReader {
 public:
  /// Both are borrowed.
  WebFiles(const Scene& scene, const WebRules& rules);
  ~WebFiles() override;

  std::set<std::string> folders() const override { return folders_; }
  std::size_t beginning_bytes() const override;
  bool wants(const std::string& path, const evidence::FileInfo& info) override;
  void look(unsigned thread, const std::string& path, evidence::FileBytes& bytes) override;
  void miss(unsigned thread, const std::string& path, const Error& error) override;
  /// Once, when all has been gone over.
  WebScan take(const Scene& scene);

 private:
  struct Thread;
  struct Archive;
  bool is_left_to_archives(Thread& own, const std::string& path, evidence::FileBytes& bytes);
  void keep_proof(WebFile& file, const FileScan& scan);
  std::vector<Archive> read_archives(const Scene& scene, std::vector<WebFile> files);
  void read_archive(const Scene& scene, Archive& archive);
  const WebRules& rules_;
  std::set<std::string> folders_;
  std::unordered_set<std::string_view> named_;  // loose evidence: files known one by one
  std::vector<std::unique_ptr<Thread>> threads_;
  std::size_t wanted_ = 0;
  std::atomic<std::size_t> proof_bytes_{0};
};

/// The proofs of some of the suspicious ones, for the lines to show; those that were not kept, because those
/// of a million would fill the memory, by reading the files again. One for each file in the same order;
/// nothing where a file cannot be read any more or the time is long up.
std::vector<std::optional<WebProof>> prove(const Scene& scene, const WebRules& rules,
                                           const std::vector<const WebFile*>& files);

}  // namespace rescue::detect
