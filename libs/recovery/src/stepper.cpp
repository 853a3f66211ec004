#include "rescue/recovery/stepper.hpp"

#include <algorithm>

#include "line_undo.hpp"
#include "password_lock.hpp"
#include "processes.hpp"
#include "smtp_greeting.hpp"
#include "trial.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kToldBytesMax = 2'000;

const std::optional<FileState>& side_of(const FileChange& file, bool after) {
  return after ? file.after : file.before;
}

/// What the undo makes of one file; it stays where another step's lines are left in the list it goes with.
Result<std::optional<FileState>> undone_in(const ServerFiles& files, const Step& step,
                                           const FileChange& file) {
  RESCUE_ASSIGN(const auto now, files.read(file.path));
  const auto list = std::find_if(step.files.begin(), step.files.end(),
                                 [&](const auto& one) { return one.path == file.kept_while; });
  if (!file.kept_while.empty()) {
    RESCUE_ASSIGN(auto names, files.read(file.kept_while));
    if (list != step.files.end()) {
      RESCUE_ASSIGN(names, undone(*list, names));
    }
    if (names && !names->bytes.empty()) return now;
  }
  return undone(file, now);
}

/// It makes the mail server read its settings anew.
bool touches_mail_server(const Step& step) {
  return step.check == Check::kPostfix || step.check == Check::kExim ||
         std::any_of(step.actions.begin(), step.actions.end(),
                     [](const Action& action) { return action.ends == "reload-exim"; });
}

/// "kick" finds no session (sysexits' EX_NOHOST), or Dovecot does not run and has none: there is nothing to
/// be ended.
bool went_well(const Action& action, const Ended& ended) {
  constexpr int kNoHost = 68;
  if (ended.exit_code == 0) return true;
  const bool doveadm = action.program.ends_with("/doveadm");
  const bool kicks = doveadm && !action.arguments.empty() && action.arguments.front() == "kick";
  return kicks && (ended.exit_code == kNoHost ||
                   ended.errors.find("anvil) failed: No such file") != std::string::npos ||
                   ended.errors.find("anvil) failed: Connection refused") != std::string::npos);
}

void tell_whom(const Result<Json>& reached, Json& told) {
  told["ended"] = reached ? *reached : Json::array();
  told["ok"] = reached.has_value();
  if (!reached) told["said"] = reached.error().detail;
}

}  // namespace

Greeting greeting_of(const ServerFiles& files) {
  return {.who = [&files] { return smtp_greeters(files); }, .still_all = still_greet};
}

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

/// Whole or not at all: where one file cannot be written, those before it are put back. An undo goes from the
/// last to the first. `resumed`: what a killed run wrote goes back with the others.
Status Stepper::make_all(const Step& step, Side side, bool resumed) const {
  const bool after = side == Side::kAfter;
  std::vector<std::pair<const FileChange*, std::optional<FileState>>> were;
  for (std::size_t i = 0; i < step.files.size(); ++i) {
    const auto& file = after ? step.files[i] : step.files[step.files.size() - 1 - i];
    const auto changed = [&]() -> Status {
      RESCUE_ASSIGN(const auto held, PasswordLock::take_for(*files_, file.path));
      RESCUE_ASSIGN(const auto now, files_->read(file.path));
      if (after && !same(now, file.before) && !same(now, file.after)) return changed_since(file.path);
      auto wanted = file.after;
      if (!after) {
        RESCUE_ASSIGN(wanted, undone_in(*files_, step, file));
      }
      if (same(now, wanted)) {
        const auto& other = side_of(file, !after);
        if (resumed && same(now, side_of(file, after)) && !same(now, other)) were.emplace_back(&file, other);
        return {};
      }
      RESCUE_TRY(files_->make(file.path, wanted));
      were.emplace_back(&file, now);
      return {};
    }();
    if (changed) continue;
    for (; !were.empty(); were.pop_back())
      RESCUE_TRY(files_->make(were.back().first->path, were.back().second));
    return changed;
  }
  return {};
}

/// Sessions that began with the old settings end last, when the mail server has read the new ones: until then
/// another one may begin with the old.
void Stepper::act(StepRecord& record, bool undo, bool last) const {
  for (const auto& action : record.step.actions) {
    if ((undo && !action.on_undo) || (action.ends == "smtp-connections") != last) continue;
    Json told{{"why", action.why}, {"undo", undo}};
    if (action.ends == "reload-exim") {
      tell_whom(reload_exim(*files_), told);
    } else if (action.ends == "smtp-connections") {
      tell_whom(end_smtp_connections(*files_), told);
    } else if (!action.ends.empty()) {
      tell_whom(end_processes(*files_, action), told);
    } else {
      const auto ended = run_({.program = action.program, .arguments = action.arguments});
      told["program"] = action.program;
      told["ok"] = ended && went_well(action, *ended);
      told["said"] = ended ? said_by(*ended, kToldBytesMax) : ended.error().detail.substr(0, kToldBytesMax);
    }
    record.told.push_back(std::move(told));
  }
}

/// A mail server that takes the new settings and then cannot work with them is worse than before.
Status Stepper::take_back(StepRecord& record) {
  record.told.push_back({{"why", "the mail server greets as before"}, {"undo", false}, {"ok", false}});
  RESCUE_TRY(finish(record, StepState::kUndoing, StepState::kUndone));
  const bool well = greeting_.still_all(record.greeted);
  return fail(ErrorCode::kConflict, "configuration-refused",
              std::string("the mail server greeted before and not with the new settings: they were taken "
                          "back, and it ") +
                  (well ? "greets again" : "does not greet yet: look at it at once"));
}

Status Stepper::finish(StepRecord& record, StepState going, StepState end, bool resumed) {
  const bool undo = end == StepState::kUndone;
  record.state = going;
  RESCUE_TRY(book_->write(record));
  const auto made = make_all(record.step, undo ? Side::kBefore : Side::kAfter, resumed);
  if (!made) {
    // Nothing is half done: it is as if it had not begun.
    record.state = undo ? StepState::kDone : StepState::kUndone;
    RESCUE_TRY(book_->write(record));
    return made;
  }
  act(record, undo, false);
  // Where none greeted before, that it has a moment to read the settings is what counts.
  const bool looks = !undo && touches_mail_server(record.step) && greeting_.still_all;
  const bool greets = !looks || greeting_.still_all(record.greeted);
  if (!greets && !record.greeted.empty()) return take_back(record);
  act(record, undo, true);
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
  if (greeting_.who && touches_mail_server(step)) record.greeted = greeting_.who();
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
    RESCUE_TRY(undone_in(*files_, at->step, file));
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
      RESCUE_TRY(finish(record, StepState::kGoing, StepState::kDone, true));
    } else if (record.state == StepState::kUndoing) {
      RESCUE_TRY(finish(record, StepState::kUndoing, StepState::kUndone, true));
    } else {
      continue;
    }
    ++settled;
  }
  return settled;
}

}  // namespace rescue::recovery
