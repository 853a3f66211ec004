#pragma once

#include <string_view>

/// The messages between the services: type names, and the shape of each body. Every message carries the
/// incident's id in its envelope (rescue/base/message.hpp). Times are µs since the epoch (`_us`), money whole
/// yen (`_yen`).
namespace rescue::incident::messages {

// ---- intake → workflow
// --------------------------------------------------------------------------------------------
/// {report_id, source: third_party|customer, category: intrusion|mail_abuse|unknown, server_id, customer,
/// summary,
///  seen_at_us|null, received_us, reporter: {key_id, role, person|null}, raw_sha256,
///  complaint: {kind, url?, port?, protocol?}|null (complaint.hpp), addresses: [the server's, the one that
///  was complained about first; none where it is not certain that they are its own now],
///  of_report: the one that an operator has read and made this of|null}
inline constexpr std::string_view kReportReceived = "report.received";
/// A mail that a person has to read; the envelope's incident is there when an operator makes a report of it.
/// {report_id, why, subject, reference: the reporter's own|null, received_us, reporter: {key_id, role,
/// person|null}, raw_sha256}
inline constexpr std::string_view kReportUnread = "report.unread";
/// {request_id, kind:
///  choice|order|hearing_answers|report_receipt|notice_receipt|cancellation|access|customer_task_completion,
///  actor: {key_id, customer, person}, submitted_us,
///  body: the validated request body without on_behalf_of; a choice may have comparison: {id, sha256}; an
///  order's consents as [{id, rule, version, text: {ja, en}, language: ja|en, text_sha256: of the text in
///  that language, shown: whether the order said that this text was shown}]; an order may have, and access
///  has, access: {key_id, sealed}}
inline constexpr std::string_view kRequestSubmitted = "request.submitted";

// ---- workflow → intake
// --------------------------------------------------------------------------------------------
/// {report_id, incident_id, merged_into: incident id|null}; again when an operator merges or unmerges
inline constexpr std::string_view kReportTaken = "report.taken";
/// {report_id}: a person has read it, and nothing follows; {report_id, incident_over: true}: its incident is
/// over
inline constexpr std::string_view kReportClosed = "report.closed";
/// {request_id, accepted: true, answer: {…}} or {request_id, accepted: false, problem: {code, problem,
/// detail, pointer}}
inline constexpr std::string_view kRequestDecided = "request.decided";

// ---- workflow → pricing
// -------------------------------------------------------------------------------------------
/// {request_id, order_id, quote_id, quote_sha256, server_id, customer, work_item, submitted_us,
///  merged_ids: ids that were merged into the incident; the quote may name one of them}
inline constexpr std::string_view kQuoteRedeem = "quote.redeem";
/// {order_id, quote_id}: the order did not come about, the quote may be used again
inline constexpr std::string_view kQuoteRelease = "quote.release";
/// {order_id, quote_id, outcome, completed_us}
inline constexpr std::string_view kChargeCreate = "charge.create";
/// {task_id, charge_id, body, requested_by, approved_by}: another operator has agreed to the credit that was
/// asked for
inline constexpr std::string_view kCreditGranted = "credit_note.granted";

/// {request_id, comparison_id, comparison_sha256, server_id, customer, submitted_us, merged_ids}: is this
/// what was shown for the incident?
inline constexpr std::string_view kComparisonCheck = "comparison.check";

// ---- pricing → workflow
// -------------------------------------------------------------------------------------------
/// {request_id, order_id, quote_id, accepted: true, total_yen, quote: its document, out_of_hours} or
/// {request_id, order_id, quote_id, accepted: false,
///  problem: {code, problem, detail, pointer}}; out_of_hours: work out of business hours was ordered (R11);
/// absent: not
inline constexpr std::string_view kQuoteRedeemed = "quote.redeemed";
/// {request_id, comparison_id, accepted: true, comparison: its document as it was shown} or
/// {request_id, comparison_id, accepted: false, problem: {code, problem, detail, pointer}}
inline constexpr std::string_view kComparisonChecked = "comparison.checked";
/// {server_id, os, customer, work_item}: no quote was made because the operating system is not listed (R9); a
/// person looks at it
inline constexpr std::string_view kSystemUnlisted = "system.unlisted";
/// {order_id, charge_id, total_yen}
inline constexpr std::string_view kChargeCreated = "charge.created";
/// {task_id: of the task that is to ask, charge_id, body: the request's, requested_by: "operator:k3",
/// reason}: a credit waits for a second person
inline constexpr std::string_view kCreditAsked = "credit_note.asked";
/// {task_id, charge_id, problem: {code, problem, detail, pointer}}: what was granted cannot be credited any
/// more
inline constexpr std::string_view kCreditRefused = "credit_note.refused";

// ---- workflow → worker
// --------------------------------------------------------------------------------------------
/// {job_id, kind, attempt, priority, server_id, lease_s, take_over, outside: {addresses: [], complaints: [],
/// contract: theirs | over | not_asked, contract_addresses: [], given_us}, access: {key_id, sealed} where it
/// was handed in, instructions: what is asked of it beside its kind, where there is something}.
/// - kind: one of job_kinds.hpp.
/// - take_over: an operator decided that another job's lock at the target counts no more.
/// - outside: where the server is reached from outside now and what reports complain of (complaint.hpp); what
/// the
///   directory of contracts says, which server addresses access may lead to, and when that was told.
/// - access: how to reach the running server, a sealed box that the worker alone opens.
/// - instructions of mail_abuse_undo: {jobs: [job_id], steps: [number], queue}: which steps of these jobs are
///   undone, the last first (none named: all that the server has of them), and whether the mail that was held
///   and purged comes back.
inline constexpr std::string_view kJobDispatched = "job.dispatched";
/// {job_id, attempt}: give it back unless it runs already
inline constexpr std::string_view kJobRecalled = "job.recalled";
/// {job_id}: stop it where it runs; its result will be refused
inline constexpr std::string_view kJobCancelled = "job.cancelled";

// ---- worker → workflow
// --------------------------------------------------------------------------------------------
/// {job_id, attempt, worker}
inline constexpr std::string_view kJobStarted = "job.started";
/// {job_id, attempt, worker, progress: {phase, done, total|null, unit, rate_per_s?, left_s?,
/// findings?}|null}; phase and unit are words of [a-z0-9-], done and total counts of the unit, rate_per_s of
/// it in a second, left_s seconds until the phase is over; findings so far: {critical, high, medium, low,
/// info}
inline constexpr std::string_view kJobHeartbeat = "job.heartbeat";
/// {job_id, attempt, worker, recalled}: it does not run. recalled: the attempt is over, unbegun; otherwise
/// the worker stopped in good order and begins the attempt again after its next start
inline constexpr std::string_view kJobReturned = "job.returned";
/// {job_id, attempt, worker, outcome: succeeded, document_sha256, summary: {intrusion, intrusion_why,
/// mail_abuse, mail_abuse_why,
///  cause_known, cause_why, findings: {critical, high, medium, low, info}, gaps,
///  seen: {os?, first_at?, addresses?: [], accounts?: []}, of mail_abuse_response also response: {outcome,
///  steps, manual: counts, numbers: [of its steps]}} or, of mail_abuse_undo, {undo: {outcome, undone:
///  [number], already: [], refused: [], queue: {restored, not_kept, released}|null}} or, of mail_abuse_plan,
///  {plan: {text, steps, manual, messages: counts}}} or
/// {job_id, attempt, worker, outcome: failed, failure: {code, problem, detail}, begun}; begun: a job that
/// changes its server had begun to
inline constexpr std::string_view kJobFinished = "job.finished";

}  // namespace rescue::incident::messages
