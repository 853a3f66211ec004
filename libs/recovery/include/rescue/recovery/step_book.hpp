#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rescue/recovery/server_files.hpp"
#include "rescue/recovery/step.hpp"

namespace rescue::recovery {

inline constexpr std::string_view kStateFolder = "/var/lib/rescue-responder";

/// How far a step is. What is `going` or `undoing` was cut off, and is brought to its end by settle().
enum class StepState { kGoing, kDone, kUndoing, kUndone };
std::string_view to_string(StepState state);

/// One step that was begun, with all it takes to undo it.
struct StepRecord {
  int number = 0;  ///< 1, 2, 3 … in the order in which they were begun
  Step step;
  StepState state = StepState::kGoing;
  std::string lock_sha256;  ///< of the lock record it was allowed under
  std::string job = {};     ///< whose step it is, as the caller named it; "": not named
  /// Where the mail server greeted before the step: who brings it to its end looks there again.
  std::set<std::string> greeted = {};
  Json told = Json::array();  ///< what its actions said
  std::string sha256 = {};    ///< of the record as it lies on disk
};

/// The book of steps at the server, /var/lib/rescue-responder/steps: one file each, written before anything
/// is changed. Who is root there can write it too: it is read as strictly as anything of theirs.
class StepBook {
 public:
  /// Borrows `files`. kConflict ("unsafe-file") where the folder is not ours alone.
  static Result<StepBook> open(const ServerFiles& files);

  /// In their order. kCorrupt ("record-damaged").
  Result<std::vector<StepRecord>> all() const;
  /// Writes it anew, durable when this returns; with number 0 it gets the next one. Sets `sha256`.
  Status write(StepRecord& record) const;

 private:
  explicit StepBook(const ServerFiles& files) : files_(&files) {}
  const ServerFiles* files_;
};

/// The record as evidence: without the content of files that hold secrets.
Json evidence_of(const StepRecord& record);

}  // namespace rescue::recovery
