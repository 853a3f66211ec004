#include "rescue/recovery/stepper.hpp"

#include <algorithm>

#include "password_lock.hpp"
#include "processes.hpp"
#include "trial.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kToldBytesMax = 2'000;

tl::unexpected<Error> changed_since(const std::string& path) {
  return fail(ErrorCode::kConflict, "changed-since",
              path + " is no longer as it was: somebody has changed it, and nothing was done to it");
}

const std::optional<FileState>& side_of(const FileChange& file, bool after) {
  return after ? file.after : file.before;
}

}  // namespace

Status Stepper::all_are(const Step& step, Side side, bool& yes) const {
  yes = true;
  for (const auto& file : step.files) {
    RESCUE_ASSIGN(const auto now, files_->read(file.path));
    yes = yes && same(now, side_of(file, side == Side::kAfter));
  }
  return {};
}

Status Stepper::check(const Step& step) const {
  return try_files(*files_, step, run_);
}

/// Whole or not at all: where one file cannot be written, those before it are put back.
Status Stepper::make_all(const Step& step, Side side) const {
  const bool after = side == Side::kAfter;
  for (std::size_t i = 0; i < step.files.size(); ++i) {
    const auto& file = step.files[i];
    const auto changed = [&]() -> Status {
      RESCUE_ASSIGN(const auto held, PasswordLock::take_for(*files_, file.path));
      RESCUE_ASSIGN(const auto now, files_->read(file.path));
      if (same(now, side_of(file, after))) return {};
      if (!same(now, side_of(file, !after))) return changed_since(file.path);
      return files_->make(file.path, side_of(file, after));
    }();
    if (changed) continue;
    while (i-- > 0) {
      const auto put_back = files_->make(step.files[i].path, side_of(step.files[i], !after));
      if (!put_back) return put_back;
    }
    return changed;
  }
  return {};
}

void Stepper::act(StepRecord& record, bool undo) const {
  for (const auto& action : record.step.actions) {
    if (undo && !action.on_undo) continue;
    Json told{{"why", action.why}, {"undo", undo}};
    if (!action.ends.empty()) {
      told["ended"] = end_processes(*files_, action);
      told["ok"] = true;
    } else {
      const auto ended = run_({.program = action.program, .arguments = action.arguments});
      told["program"] = action.program;
      told["ok"] = ended && ended->exit_code == 0;
      told["said"] = (ended ? ended->output : ended.error().detail).substr(0, kToldBytesMax);
    }
    record.told.push_back(std::move(told));
  }
}

Status Stepper::finish(StepRecord& record, StepState going, StepState end) {
  const bool undo = end == StepState::kUndone;
  record.state = going;
  RESCUE_TRY(book_->write(record));
  const auto made = make_all(record.step, undo ? Side::kBefore : Side::kAfter);
  if (!made) {
    // Nothing is half done: it is as if it had not begun.
    record.state = undo ? StepState::kDone : StepState::kUndone;
    RESCUE_TRY(book_->write(record));
    return made;
  }
  act(record, undo);
  record.state = end;
  return book_->write(record);
}

Result<StepEnd> Stepper::apply(const Step& step, const std::string& lock_sha256, const std::string& job) {
  RESCUE_TRY(settle());
  bool there = false;
  RESCUE_TRY(all_are(step, Side::kAfter, there));
  if (there && !step.files.empty()) return StepEnd{.kind = StepEnd::Kind::kAlready};
  for (const auto& file : step.files) {
    RESCUE_ASSIGN(const auto now, files_->read(file.path));
    if (!same(now, file.before) && !same(now, file.after)) return changed_since(file.path);
  }
  RESCUE_TRY(check(step));
  StepRecord record{.step = step, .lock_sha256 = lock_sha256, .job = job};
  RESCUE_TRY(finish(record, StepState::kGoing, StepState::kDone));
  return StepEnd{StepEnd::Kind::kDone, std::move(record)};
}

Result<StepEnd> Stepper::undo(int number, const std::string& lock_sha256, const std::string& record_sha256) {
  RESCUE_TRY(settle());
  RESCUE_ASSIGN(auto records, book_->all());
  const auto at =
      std::find_if(records.begin(), records.end(), [&](const auto& one) { return one.number == number; });
  if (at == records.end())
    return fail(ErrorCode::kNotFound, "no-such-step", "there is no step " + std::to_string(number));
  if (!record_sha256.empty() && at->sha256 != record_sha256)
    return fail(ErrorCode::kCorrupt, "record-damaged", "the record of the step is another than was told");
  if (at->state == StepState::kUndone) return StepEnd{StepEnd::Kind::kAlready, std::move(*at)};
  for (const auto& file : at->step.files) {
    RESCUE_ASSIGN(const auto now, files_->read(file.path));
    if (!same(now, file.after) && !same(now, file.before)) return changed_since(file.path);
  }
  at->lock_sha256 = lock_sha256;
  RESCUE_TRY(finish(*at, StepState::kUndoing, StepState::kUndone));
  return StepEnd{StepEnd::Kind::kDone, std::move(*at)};
}

Result<int> Stepper::settle() {
  RESCUE_ASSIGN(auto records, book_->all());
  int settled = 0;
  for (auto& record : records) {
    if (record.state == StepState::kGoing) {
      RESCUE_TRY(finish(record, StepState::kGoing, StepState::kDone));
    } else if (record.state == StepState::kUndoing) {
      RESCUE_TRY(finish(record, StepState::kUndoing, StepState::kUndone));
    } else {
      continue;
    }
    ++settled;
  }
  return settled;
}

}  // namespace rescue::recovery
