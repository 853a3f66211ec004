#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "desk/desk.hpp"

namespace rescue::workflow {

// Actions that policy may want a second person for (`desk.second_person`).
inline constexpr std::string_view kCancelAction = "cancel_after_start";
inline constexpr std::string_view kRequeueAction = "requeue_stopped";
inline constexpr std::string_view kMergeAction = "merge";
inline constexpr std::string_view kUnmergeAction = "unmerge";
inline constexpr std::string_view kReopenAction = "reopen";
inline constexpr std::string_view kUndoAction = "undo_response";
inline constexpr std::string_view kCompleteAction = "complete_by_hand";
/// Pricing's policy decides about this one (`credit_notes.second_person`).
inline constexpr std::string_view kCreditAction = "credit_note";
/// What `desk.second_person` may hold.
const std::vector<std::string>& second_person_actions();

/// Whether the call has to wait for another operator's word.
bool needs_second_person(const Config& config, std::string_view action, const DeskCall& call);

inline constexpr std::string_view kSecondPersonTask = "second_person";

/// Puts the call on the work list (kind second_person) instead of doing it. Answers {waiting_for, task_id,
/// action}. kConflict "approval-pending" when the same waits already.
Result<Json> ask_second_person(Casework& casework, store::Tx& tx, const Incident& incident,
                               std::string_view action, const std::string& reason, const DeskCall& call);

/// The end of a task second_person: outcome granted does what was asked for, as of now, in the name of who
/// asked. kForbidden "second-person-needed" when who asked agrees with themselves.
Status decide_second_person(Casework& casework, store::Tx& tx, const Task& task, const Cause& cause,
                            const Trace& trace);

}  // namespace rescue::workflow
