#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "casework.hpp"
#include "sealed_access.hpp"

/// What operators do beside the steps of an incident. Each function reads its body strictly, does the thing
/// inside the caller's transaction with its audit rows, and answers what is shown.
namespace rescue::workflow {

/// One call at the desk.
struct DeskCall {
  std::string id;  ///< of the incident or task that the path names
  Json body;
  std::string actor;  ///< "operator:k3"
  Trace trace;
  std::string approved_by = {};  ///< the second person, where one has agreed
  Json noted = Json::object();   ///< what is kept beside the body until one has
  /// How to reach the running server, taken out of the body.
  std::optional<HandedAccess> access = {};
};

/// Who and why, with the second person where there was one.
Cause cause_of(const DeskCall& call, const std::string& reason);
/// A text in both languages: {ja, en}.
Result<Json> read_both(JsonReader& in, std::string_view key, std::size_t bytes_max);
/// kConflict "illegal-transition" for an incident that is over (R32).
Status check_not_over(const Incident& incident);

// ---- notes (desk/notes.cpp): written and never changed
/// {text}. On an incident in any state; on a task, where it shows with its incident too.
Result<Json> add_incident_note(Casework&, store::Tx&, const DeskCall&);
Result<Json> add_task_note(Casework&, store::Tx&, const DeskCall&);
/// Oldest first, those of merged incidents among them; of one task only where `task_id` is not empty.
Result<std::vector<Json>> list_notes(store::Tx& tx, const std::string& incident_id,
                                     const std::string& task_id, const std::string& after, std::size_t limit);

// ---- attached evidence (desk/attachments.cpp)
/// {sha256, name, description}: the caller has made sure that the evidence store has it. kConflict
/// "evidence-attached", "illegal-transition" when the incident is over.
Result<Json> attach_evidence(Casework&, store::Tx&, const DeskCall&);
Result<std::vector<Json>> attachments_of(store::Tx& tx, const std::string& incident_id);
/// kInvalid "evidence-not-attached" with `pointer` for a hash that is neither attached to the incident nor a
/// result of one of its jobs.
Status check_known_evidence(store::Tx& tx, const std::string& incident_id, const std::string& sha256,
                            const std::string& pointer);

// ---- findings of a person (desk/findings.cpp)
/// {title: {ja, en}, why: {ja, en}, severity, confidence, attack_ids, evidence: [{sha256, file, excerpt}],
/// path?, account?, address?, time?}. kConflict "report-made" once the customer report exists.
Result<Json> add_finding(Casework&, store::Tx&, const DeskCall&);
Result<std::vector<Json>> findings_of(store::Tx& tx, const std::string& incident_id);

// ---- an investigation that a person ends (desk/manual_completions.cpp)
/// {outcome: cause_identified|cause_unknown|limited_evidence, reason: {ja, en}, evidence_read: [sha256],
/// verdict?, entry? (with cause_identified, and then required)}
/// `noted` has the document_sha256 of what stands in for the probe's document.
Result<Json> complete_by_hand(Casework&, store::Tx&, const DeskCall&);
/// The document that stands in for the probe's where it made none; its bytes go to the evidence store before
/// `complete_by_hand`. "" where the probe's own is there.
Result<std::string> manual_document(Casework&, store::Tx&, const DeskCall&);
/// The completion in force, or null.
Result<Json> manual_completion_of(store::Tx& tx, const std::string& incident_id);
/// The work is ordered anew: what a person completed counts no more.
Status supersede_manual_completion(Casework&, store::Tx&, const std::string& incident_id);

// ---- merging (desk/merges.cpp, desk/unmerges.cpp)
/// {into, reason}
Result<Json> merge_by_operator(Casework&, store::Tx&, const DeskCall&);
/// {reason}: the id is one that was merged. What was merged with it comes with it.
Result<Json> unmerge_by_operator(Casework&, store::Tx&, const DeskCall&);
/// `from`'s reports, notes and ids belong to `into` from now on; nothing of `from` is charged (R42).
/// kConflict "illegal-transition", "order-exists", "merge-not-possible".
Status merge_incidents(Casework&, store::Tx&, Incident& from, Incident& into, const Cause& cause,
                       const Trace& trace);
/// Says to intake that the reports which `holder` has (the newest 1,000) belong to `incident`.
Status tell_intake(Casework&, store::Tx&, const std::string& holder, const Incident& incident,
                   const Trace& trace);

// ---- given-up jobs (desk/requeues.cpp)
/// {reason, not_before?, take_over?}; a stopped job may want a second person.
Result<Json> requeue_by_operator(Casework&, store::Tx&, const DeskCall&);

// ---- reopening (desk/reopenings.cpp)
/// {reason}: a new incident that takes up one that is over (R32). kConflict "incident-open" names an open
/// one.
Result<Json> reopen(Casework&, store::Tx&, const DeskCall&);

// ---- responses to mail abuse (desk/responses.cpp): a job each, whose row is the answer
/// {reason, steps?, queue?, take_over?, access?}: undoes what the incident's responses did, in any state of
/// it. kConflict "job-running" while a response or an undo is in hand, "nothing-to-undo"; kInvalid with
/// /steps/… or /access.
Result<Json> undo_response(Casework&, store::Tx&, const DeskCall&);
/// {reason, access?}: what a response would do now. kConflict "job-running"; kInvalid with /access.
Result<Json> plan_response(Casework&, store::Tx&, const DeskCall&);

// ---- credit notes (desk/credit_notes.cpp): pricing makes them, and asks for a second person where its
// policy wants one
Status on_credit_asked(Casework&, store::Tx&, const Message&);
Status on_credit_refused(Casework&, store::Tx&, const Message&);
/// The second person agreed: pricing is told to make it.
Result<Json> grant_credit(Casework&, store::Tx&, const DeskCall&);

}  // namespace rescue::workflow
