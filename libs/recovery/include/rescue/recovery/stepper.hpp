#pragma once

#include <functional>
#include <set>
#include <string>

#include "rescue/recovery/step_book.hpp"

namespace rescue::recovery {

/// How a step or its undo ended.
struct StepEnd {
  enum class Kind { kDone, kAlready };
  Kind kind = Kind::kDone;
  StepRecord record = {};  ///< empty where nothing had to be done
};

/// Whether the mail server still speaks: asked before and after a step that changes its settings.
struct Greeting {
  std::function<std::set<std::string>()> who;                   ///< the addresses at which it greets
  std::function<bool(const std::set<std::string>&)> still_all;  ///< whether all of them do, with patience
};
/// Of this machine. Borrows `files`.
Greeting greeting_of(const ServerFiles& files);

/// Does steps and undoes them. Borrows all it is given. One thread at a time; the caller holds the lock.
class Stepper {
 public:
  /// Without a greeting nobody looks whether the mail server still speaks.
  Stepper(const ServerFiles& files, const StepBook& book, RunProgram run, Greeting greeting = {})
      : files_(&files), book_(&book), run_(std::move(run)), greeting_(std::move(greeting)) {}

  /// Tries the new files, writes the record, puts them in place, does what follows. Where the files are
  /// already as they are to be it changes nothing ("already"). kConflict ("changed-since"): a file is neither
  /// as it was nor as it is to be; ("configuration-refused"): the mail server does not take the new settings,
  /// nothing was changed, or it greeted before and not after, and all was put back. What an action said is in
  /// the record, failed ones too, and whose step it is (`job`).
  Result<StepEnd> apply(const Step& step, const std::string& lock_sha256, const std::string& job = "");
  /// Puts back what a step changed, byte for byte. kConflict ("changed-since") where somebody has changed it
  /// since; kNotFound ("no-such-step"). `record_sha256`, where it is not empty, must be the record's.
  Result<StepEnd> undo(int number, const std::string& lock_sha256, const std::string& record_sha256 = "");
  /// Brings to their end what a dead one before us had begun: the new files had been tried by then. Returns
  /// how many.
  Result<int> settle();

 private:
  enum class Side { kBefore, kAfter };
  Status all_are(const Step& step, Side side, bool& yes) const;
  Status check(const Step& step) const;
  Status make_all(const Step& step, Side side, bool resumed) const;
  void act(StepRecord& record, bool undo, bool last) const;
  /// `resumed`: a run that was killed has begun it.
  Status finish(StepRecord& record, StepState going, StepState end, bool resumed = false);
  Status take_back(StepRecord& record);

  const ServerFiles* files_;
  const StepBook* book_;
  RunProgram run_;
  Greeting greeting_;
};

}  // namespace rescue::recovery
