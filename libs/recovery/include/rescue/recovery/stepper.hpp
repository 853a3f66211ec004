#pragma once

#include <string>

#include "rescue/recovery/step_book.hpp"

namespace rescue::recovery {

/// How a step or its undo ended.
struct StepEnd {
  enum class Kind { kDone, kAlready };
  Kind kind = Kind::kDone;
  StepRecord record = {};  ///< empty where nothing had to be done
};

/// Does steps and undoes them. Borrows all it is given. One thread at a time; the caller holds the lock.
class Stepper {
 public:
  Stepper(const ServerFiles& files, const StepBook& book, RunProgram run)
      : files_(&files), book_(&book), run_(std::move(run)) {}

  /// Tries the new files, writes the record, puts them in place, does what follows. Where the files are
  /// already as they are to be it changes nothing ("already"). kConflict ("changed-since"): a file is neither
  /// as it was nor as it is to be; ("configuration-refused"): the mail server does not take the new settings,
  /// nothing was changed. What an action said is in the record, failed ones too, and whose step it is
  /// (`job`).
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
  Status make_all(const Step& step, Side side) const;
  void act(StepRecord& record, bool undo) const;
  Status finish(StepRecord& record, StepState going, StepState end);

  const ServerFiles* files_;
  const StepBook* book_;
  RunProgram run_;
};

}  // namespace rescue::recovery
