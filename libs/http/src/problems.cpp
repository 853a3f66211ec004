#include <algorithm>

#include "rescue/http/message.hpp"

namespace rescue::http {
namespace {

using enum ErrorCode;

/// Every name that an error may carry. To add one: one row. The order does not matter, the catalogue is
/// sorted.
const std::vector<ProblemEntry> kRows = {
    // ---- the request as such
    {"bad-request", kInvalid, "The request is not valid HTTP", "Send a well-formed HTTP/1.1 request.", 400},
    {"bad-query", kInvalid, "The query does not fit",
     "Use each known parameter at most once, within its bounds.", 400},
    {"bad-path", kInvalid, "The path is not valid",
     "Send a plain path: no empty or dot segments, valid UTF-8.", 400},
    {"malformed-json", kInvalid, "The body is not JSON", "Send one JSON object in UTF-8.", 400},
    {"duplicate-key", kInvalid, "A key stands twice", "Give each key of an object once.", 400},
    {"unsupported-media-type", kInvalid, "Unsupported media type", "Send the body as application/json.", 415},
    {"method-not-allowed", kInvalid, "Method not allowed", "Use one of the methods that Allow lists.", 405},
    {"length-required", kInvalid, "Length required", "Send a Content-Length; chunked bodies are not taken.",
     411},
    {"payload-too-large", kTooLarge, "The body is too large", "Send a smaller body."},
    {"uri-too-long", kInvalid, "The request line is too long", "Send a shorter path and query.", 414},
    {"headers-too-large", kInvalid, "The header fields are too large", "Send fewer or shorter header fields.",
     431},
    {"expectation-failed", kInvalid, "Unknown expectation", "Send no Expect, or 100-continue.", 417},
    {"not-implemented", kInvalid, "Not implemented", "Send the body without a transfer coding.", 501},
    {"http-version-not-supported", kInvalid, "HTTP version not supported", "Use HTTP/1.1.", 505},
    {"request-time-out", kTimeout, "The request took too long to arrive", "Send the whole request in time.",
     408},
    {"not-found", kNotFound, "Nothing here", "Check the path."},
    {"too-many-requests", kUnavailable, "Too many requests", "Try again later.", 429},
    // ---- who calls
    {"missing-credentials", kUnauthorized, "No credentials", "Send Authorization: Bearer with an API key."},
    {"unknown-credentials", kUnauthorized, "Unknown credentials", "Send a valid API key."},
    {"role-not-allowed", kForbidden, "This role may not do that", "Call with a role that the detail names."},
    {"not-your-server", kForbidden, "Not this customer's server",
     "Act for the customer who holds the contract."},
    {"missing-on-behalf-of", kInvalid, "Nobody is named to act for",
     "Name customer and person in on_behalf_of."},
    {"on-behalf-of-not-allowed", kInvalid, "This role acts for nobody", "Leave on_behalf_of out."},
    // ---- the fields of a body
    {"missing-field", kInvalid, "A field is missing", "Add the field that the pointer names."},
    {"unknown-field", kInvalid, "Unknown field", "Remove the field that the pointer names."},
    {"wrong-type", kInvalid, "Wrong type", "Send the type that the detail names."},
    {"wrong-length", kInvalid, "Wrong length", "Keep within the length that the detail names."},
    {"out-of-range", kInvalid, "Out of range", "Keep within the range that the detail names."},
    {"not-allowed-value", kInvalid, "Not an allowed value", "Use one of the values that the detail lists."},
    {"duplicate-item", kInvalid, "An item stands twice", "List each item once."},
    {"bad-date-time", kInvalid, "Not a date-time", "Use RFC 3339: 2026-09-18T03:04:05Z."},
    {"bad-date", kInvalid, "Not a date", "Use YYYY-MM-DD."},
    {"bad-id", kInvalid, "Not an id", "Send the id as this service gave it out."},
    {"bad-hash", kInvalid, "Not a SHA-256", "Send 64 lower-case hexadecimal digits."},
    {"bad-address", kInvalid, "Not an IP address", "Send an IPv4 or IPv6 address."},
    {"bad-server-id", kInvalid, "Not a server id", "Send the server's id as the contract has it."},
    {"bad-cursor", kInvalid, "Not a cursor", "Send next_cursor as the last page gave it.", 400},
    {"unknown-language", kInvalid, "Unknown language", "Use ja or en."},
    {"missing-idempotency-key", kInvalid, "No Idempotency-Key",
     "Send a fresh Idempotency-Key of 1 to 200 visible ASCII characters.", 400},
    {"idempotency-key-reused", kInvalid, "Idempotency-Key used before",
     "Use a fresh key for another request."},
    {"idempotency-key-in-use", kConflict, "The same request is being answered",
     "Send it again, with the same key."},
    // ---- reports and contracts
    {"not-under-contract", kInvalid, "Not under contract",
     "Name a server that the provider has a contract for."},
    {"too-many-questions", kConflict, "Too many questions", "Ask within the limit that the detail names."},
    {"bad-hostname", kInvalid, "Not a host name", "Send the server's host name, id or address."},
    {"ambiguous-hostname", kInvalid, "Several servers bear this host name",
     "Name the server by its id or its address."},
    {"contracts-unavailable", kUnavailable, "The directory of contracts does not answer",
     "Nothing was taken. Send it again after Retry-After.", 0, 5},
    {"unknown-source", kInvalid, "Unknown source", "Reports come from a third_party or the customer."},
    {"report-not-found", kNotFound, "No such report", "Check the report's id."},
    {"request-not-found", kNotFound, "No such request", "Check the request's id."},
    {"wrong-server", kInvalid, "Another server's", "Name the server that the incident is about."},
    // ---- access to running servers
    {"access-in-clear-text", kInvalid, "Access in clear text",
     "Seal it to the key of GET /v1/sealing-key, and have changed what was sent."},
    {"not-a-sealed-box", kInvalid, "Not a sealed box", "Send what crypto_box_seal gave, in base 64."},
    {"access-key-unknown", kInvalid, "Unknown sealing key",
     "Seal to the key that GET /v1/sealing-key gives now."},
    {"access-not-readable", kInvalid, "The sealed access cannot be used",
     "Seal the fields as the API describes them, and hand the access in again."},
    {"access-address-unknown", kForbidden, "Where the server is, is not known",
     "Have the directory of contracts name the server's addresses, then requeue the job."},
    {"access-elsewhere", kForbidden, "The access leads elsewhere",
     "Hand in access to the server that the contract names."},
    {"contract-over", kForbidden, "The server is the customer's no more",
     "Find out whose the server is; requeue the job, or end the incident."},
    {"addresses-old", kUnavailable, "Where the server is was told too long ago",
     "The next attempt is told anew."},
    {"sealing-key-missing", kNotFound, "No sealing key is in force", "Send the order without access."},
    {"sealing-keys-unavailable", kUnavailable, "The keyring cannot be read",
     "The operators put the keyring in place.", 0, 60},
    // ---- incidents
    {"incident-not-found", kNotFound, "No such incident", "Check the incident's id."},
    {"incident-merged", kConflict, "Merged into another incident",
     "Use the incident that merged_into names."},
    {"illegal-transition", kConflict, "Not possible in this state",
     "Do one of the steps that the detail names."},
    {"version-conflict", kConflict, "Changed meanwhile", "Read the incident again and decide anew."},
    {"situation-changed", kConflict, "The situation has changed",
     "Show the customer the present situation and ask again."},
    {"choice-missing", kConflict, "No choice yet", "Let the customer choose first."},
    {"order-exists", kConflict, "Ordered already", "Read the order that stands."},
    {"one-server-per-order", kInvalid, "One server per order", "Send one order for each server."},
    {"missing-consent", kInvalid, "A consent is missing", "Accept every item that the catalogue lists."},
    {"unknown-consent", kInvalid, "Unknown consent item", "Send the ids that the catalogue lists."},
    {"consent-not-in-force", kInvalid, "Another text is in force",
     "Show the customer the text of the version that the detail names."},
    {"hearing-closed", kConflict, "The hearing is closed", "Nothing more can be answered."},
    {"hearing-missing", kConflict, "No hearing yet", "Record the answers, or that none came, first."},
    {"report-not-ready", kNotFound, "No report yet", "Ask again when the incident is past reporting."},
    {"report-mismatch", kConflict, "Another report", "Confirm the report that was delivered last."},
    {"no-evidence-read", kConflict, "No evidence was read", "An investigation lists what it has read."},
    {"missing-item", kConflict, "Something is missing", "Add what the detail names."},
    {"task-not-found", kNotFound, "No such task", "Check the task's id."},
    {"task-done", kConflict, "The task is done", "Nothing is left to do."},
    {"task-claimed", kConflict, "In another's hands", "Leave it to them, or have it handed over."},
    {"task-not-yours", kConflict, "Not in these hands", "Name who has the task in hand, as the detail says."},
    {"not-an-operator", kInvalid, "Not an operator", "Name the id of an operator's key."},
    {"approval-pending", kConflict, "Waits for a second person", "Let another operator answer the task."},
    {"second-person-needed", kForbidden, "Another person is needed", "Let another operator answer the task."},
    {"merge-not-possible", kConflict, "These cannot be merged",
     "Merge incidents of one server and customer; the detail says what stands against it."},
    {"merge-not-undoable", kConflict, "The merge cannot be undone", "Open a new incident by a report."},
    {"not-merged", kConflict, "Not merged", "Nothing is left to do."},
    {"incident-open", kConflict, "An incident is open", "Go on with the incident that the detail names."},
    {"report-made", kConflict, "The report is made", "Decide rework, then record the finding."},
    {"evidence-attached", kConflict, "Attached already", "Nothing is left to do."},
    {"evidence-not-attached", kInvalid, "Not this incident's evidence",
     "Attach the evidence to the incident first."},
    {"evidence-not-stored", kInvalid, "Not in the evidence store", "Bring the evidence to the store first."},
    {"too-many-attachments", kConflict, "Too much is attached", "Put several files into one archive."},
    {"too-many-notes", kConflict, "Too many notes", "Attach longer stories as evidence."},
    {"too-many-findings", kConflict, "Too many findings", "Say several things in one finding."},
    {"customer-task-not-found", kNotFound, "No such customer task", "Check the customer task's id."},
    {"customer-task-done", kConflict, "The customer task is over", "Nothing is left to do."},
    {"notice-not-found", kNotFound, "No such notice", "Check the notice's id."},
    {"notice-delivered", kConflict, "The notice is settled", "Nothing is left to do."},
    {"nothing-to-retry", kConflict, "Nothing to try again", "Settle the notice, or name another way first."},
    {"endpoint-not-found", kNotFound, "No such endpoint", "Use an endpoint that the contacts file names."},
    {"endpoint-not-disabled", kConflict, "The endpoint is in use", "Nothing is left to do."},
    {"job-not-found", kNotFound, "No such job", "Check the job's id."},
    {"job-running", kConflict, "A job is at work on the server",
     "Wait until the job that the detail names has ended."},
    {"nothing-to-undo", kConflict, "Nothing to undo",
     "Name an incident on which a response to mail abuse has ended that changed something."},
    {"job-not-dead", kConflict, "The job is not dead", "Only jobs that were given up are put back."},
    {"queue-not-found", kNotFound, "No such queue", "Use a queue that the list of queues shows."},
    {"already-paused", kConflict, "Held back already", "Nothing is left to do."},
    {"not-paused", kConflict, "Not held back", "Nothing is left to do."},
    {"lease-expired", kConflict, "The lease has ended", "Another worker has the job now."},
    // ---- catalogue, quotes, charges
    {"work-item-not-available", kInvalid, "Work item not available",
     "Choose a work item that the catalogue offers."},
    {"work-item-not-confirmed", kConflict, "Not confirmed", "Choose a work item for what was confirmed."},
    {"comparison-not-found", kNotFound, "No such comparison",
     "Check the comparison's id, or show a new one and let the customer choose."},
    {"comparison-expired", kConflict, "The comparison has expired",
     "Show a new one and let the customer choose."},
    {"comparison-mismatch", kConflict, "Another comparison",
     "Choose with the id and hash of the comparison that was shown for this incident."},
    {"quote-not-found", kNotFound, "No such quote", "Check the quote's id."},
    {"quote-expired", kConflict, "The quote has expired",
     "Ask for a new quote and let the customer confirm it."},
    {"quote-used", kConflict, "The quote was used", "Ask for a new quote and let the customer confirm it."},
    {"quote-mismatch", kConflict, "Another quote", "Order with the id and hash of the quote that was shown."},
    {"quote-outdated", kConflict, "The quote is out of date",
     "Ask for a new quote and let the customer confirm it."},
    {"work-item-covered", kConflict, "Ordered already", "Order a larger work item, or nothing."},
    {"follow-up-too-late", kConflict, "Too late for a follow-up", "Report the server anew."},
    {"follow-up-not-possible", kConflict, "No follow-up to this incident", "Report the server anew."},
    {"charge-not-found", kNotFound, "No such charge", "Check the charge's id."},
    {"charge-credited", kConflict, "Credited already", "Read the charge's credit notes."},
    {"credit-too-large", kConflict, "More than is left", "Credit at most what the detail says is left."},
    {"credit-amounts-differ", kConflict, "Another amount was confirmed",
     "Look at the amounts in the detail and confirm them in total_yen."},
    {"os-not-listed", kInvalid, "Operating system not listed",
     "An operator looks at it and makes the quote; GET /v1/supported-systems lists the others."},
    {"annex-unreadable", kUnavailable, "An annex cannot be read",
     "The operators have to repair the annex file."},
    {"annex-missing", kUnavailable, "An annex is missing", "The operators have to provide the annex file."},
    // ---- evidence and dead letters
    {"evidence-not-found", kNotFound, "No such evidence", "Check the hash."},
    {"evidence-missing", kCorrupt, "Evidence is missing",
     "The operators have to look at the evidence store."},
    {"evidence-corrupt", kCorrupt, "Evidence is damaged",
     "The operators have to look at the evidence store."},
    {"dead-letter-not-found", kNotFound, "No such dead letter", "Check the number."},
    {"already-requeued", kConflict, "Put back already", "Nothing is left to do."},
    // ---- what we depend on
    {"service-unavailable", kUnavailable, "Not available now", "Try again later."},
    {"time-out", kTimeout, "No answer in time", "Try again later."},
    {"database-unavailable", kUnavailable, "The database is not available", "Try again later."},
    {"database-full", kUnavailable, "No room for the database",
     "Try again later; the operators have to make room.", 0, 5},
    {"database-in-use", kUnavailable, "The database is in use",
     "Only one process may own it; stop the other one."},
    {"database-newer", kInternal, "The database is newer", "Run the version that wrote it, or a later one."},
    {"file-unavailable", kUnavailable, "A file cannot be used", "Mend what the detail names."},
    {"backup-failed", kUnavailable, "The backup was not made",
     "Mend what the detail names and make it again."},
    {"bad-backup", kCorrupt, "The backup cannot be used", "Use another backup."},
    {"restore-refused", kConflict, "Not restored", "Do what the detail says first."},
    {"restore-unfinished", kUnavailable, "A restore did not end", "Run `rescuectl restore` again."},
    {"database-corrupt", kCorrupt, "The database is damaged", "Restore it from a backup."},
    {"unique-violation", kConflict, "Exists already", "Read what is there."},
    {"constraint-violation", kConflict, "Breaks a rule of the database", "Send values that fit together."},
    {"sql-error", kInternal, "The database refused", "Tell the operators the request id."},
    {"bad-migration", kInternal, "A migration failed", "Tell the operators."},
    {"nested-write", kInternal, "A write inside a write", "Tell the operators."},
    {"bad-database-url", kInvalid, "Not a database URL", "Set database.url to a SQLite file."},
    {"audit-chain-broken", kCorrupt, "The audit trail was altered",
     "The operators have to compare it with a backup."},
    {"bad-message", kCorrupt, "Not a message", "The operators have to look at the dead letters."},
    {"internal-error", kInternal, "Internal error", "Tell the operators the request id."},
    {"bad-config", kInvalid, "The settings are wrong", "Correct what the detail names."},
    {"bad-key-file", kInvalid, "The key file is wrong", "Correct the entry that the detail names."},
    {"bad-time-zone", kInvalid, "Unknown time zone", "Name a zone of the time zone database."},
    // ---- reading a disk
    {"file-too-large", kTooLarge, "The file is too large", "It is read up to its limit and noted as a gap."},
    {"not-a-regular-file", kInvalid, "Not a regular file", "It is skipped and noted as a gap."},
    {"not-a-link", kInvalid, "Not a symbolic link", "It is skipped and noted as a gap."},
    {"no-such-file", kNotFound, "No such file", "Check the path."},
    {"unreadable-file", kUnavailable, "The file cannot be read", "It is noted as a gap."},
    {"damaged-archive", kCorrupt, "The archive is damaged",
     "It is read as far as possible and noted as a gap."},
    {"archive-bomb", kTooLarge, "The archive grows too large",
     "It is read up to its limit and noted as a gap."},
    {"bad-investigation", kCorrupt, "Not an investigation's result",
     "The operators have to look at the job."},
    {"bad-rule-id", kInvalid, "Not a rule id", "Name the rule as its family and number."},
    {"unusable-rule", kInvalid, "A Sigma rule that cannot be run",
     "It is named with the reason and left out."},
    {"rule-without-example", kInvalid, "A rule has no example", "Add examples that fire and that do not."},
    {"rule-without-match", kInvalid, "A rule matches nothing", "Say what it matches."},
    {"unwritable-file", kUnavailable, "The file cannot be written", "Check the directory and the space."},
    {"file-unreadable", kUnavailable, "The file cannot be read", "Check that it is there and may be read."},
    {"bad-option", kInvalid, "Not an option", "See --help."},
    // ---- a worker's job
    {"unknown-job-kind", kInvalid, "Unknown kind of job", "The worker is older than workflow; update it."},
    {"job-cancelled", kConflict, "The job was cancelled", "Nothing is left to do."},
    {"worker-stopping", kUnavailable, "The worker is stopping", "The job runs again elsewhere."},
    {"worker-restarted", kUnavailable, "The worker was restarted", "The job runs again."},
    {"disk-not-mounted", kNotFound, "No disk for that server", "Mount the server's disk for the worker."},
    {"fenced-off", kConflict, "A newer attempt holds the target",
     "Nothing is left to do: the newer attempt goes on."},
    {"target-locked", kUnavailable, "Another job holds the target",
     "Wait for it, or requeue with take_over when it is dead."},
    {"target-unavailable", kUnavailable, "The target's lock cannot be read or written",
     "Check that the target is mounted, may be written and has room."},
    {"lock-damaged", kCorrupt, "The lock at the target is not ours",
     "Look at the target, then requeue the job with take_over."},
    {"bad-access", kInvalid, "The access to the server cannot be used",
     "Ask the customer for it anew: an address, the host key, a key without passphrase or a password."},
    {"target-unreachable", kUnavailable, "Nobody answers at the server's address",
     "It is tried again; check that the server runs and lets the worker's address in."},
    {"target-silent", kTimeout, "The server does not answer in time",
     "It is tried again; look at the server's load and at its sshd."},
    {"target-garbage", kCorrupt, "What the server sends is not what it should",
     "Check address and port, or look at its disk by hand."},
    {"target-lost", kUnavailable, "The line to the server was cut",
     "It is tried again; nothing runs on there."},
    {"host-key-mismatch", kForbidden, "The server shows another host key",
     "Nothing was sent to it. Ask the customer which key is right before anything else."},
    {"login-refused", kForbidden, "The server does not let us in",
     "Ask the customer for access anew, then requeue the job."},
    {"sudo-refused", kForbidden, "The server does not let us become root",
     "Ask the customer for access anew, or to lift requiretty for the account."},
    {"target-unsupported", kConflict, "Our programs do not run on that server", "Look at its disk by hand."},
    {"target-no-place", kConflict, "The server has no place for a program",
     "Every folder we may write is mounted noexec: have one remounted, or look at its disk by hand."},
    {"target-no-room", kConflict, "The server has no room for a program",
     "Have a megabyte freed on it, then requeue."},
    {"program-damaged", kCorrupt, "Our program arrived damaged",
     "Look at the server's disk and memory, then requeue the job."},
    {"program-ended", kConflict, "Our program at the server ended early",
     "The operators have to look at the job's log."},
    {"program-silent", kTimeout, "Our program at the server gives no answer in time",
     "It is tried again; look at the server's load."},
    {"target-interrupted", kUnavailable, "The work at the server was told to end", "Nothing is left to do."},
    {"probe-not-started", kUnavailable, "The probe did not start",
     "Check probe.path and the machine's limits."},
    {"probe-failed", kInternal, "The probe failed", "The operators have to look at the job's log."},
    {"probe-crashed", kInternal, "The probe crashed", "The operators have to look at the job's log."},
    {"probe-timed-out", kTimeout, "The probe took too long", "Raise its time, or look at the disk by hand."},
    {"probe-output-too-large", kTooLarge, "The probe's result is too large",
     "Raise its limit, or look at the disk by hand."},
    {"probe-read-nothing", kNotFound, "The probe found nothing to read",
     "Mount the server's system disk, then requeue the job."},
    {"probe-bad-document", kCorrupt, "The probe's result is not valid",
     "The operators have to look at the job."},
    {"evidence-store-unavailable", kUnavailable, "The evidence store cannot be written",
     "Check evidence.dir and its space."},
    // ---- rescue-responder, on the customer's server
    {"access-missing", kInvalid, "No way to the running server", "Order with the access to the server."},
    {"responder-bad-answer", kCorrupt, "The responder's answer is none",
     "Look at the server: what answers there is not ours."},
    {"responder-refused", kConflict, "The responder refused", "The detail has its words."},
    {"responder-silent", kTimeout, "The responder does not answer", "The job tries again."},
    {"unsafe-file", kConflict, "A file that is not touched",
     "A link, a device or something too large stands there; look at it by hand."},
    {"changed-since", kConflict, "Somebody has changed it since", "Compare the file with the step's record."},
    {"configuration-refused", kConflict, "The server does not take the settings",
     "Nothing was changed; the detail has what it said."},
    {"record-damaged", kCorrupt, "The record of a step is not ours",
     "Compare it with the evidence of the job."},
    {"no-such-step", kNotFound, "No such step", "Look at the steps in the job's document."},
    {"too-many-steps", kTooLarge, "The book of steps is full", "Look at the server by hand."},
    {"not-as-planned", kConflict, "Not a step of the last plan", "Plan anew."},
    {"lock-not-held", kConflict, "The lock is not held", "Hold the lock on the server first."},
    {"line-too-long", kTooLarge, "The request is too long", "Send at most 1 MiB."},
    {"program-missing", kNotFound, "A program of the server is missing",
     "Look whether it is there and root's alone."},
    {"program-timed-out", kTimeout, "A program of the server did not end", "Look at the server by hand."},
    // ---- between the services
    {"redis-unavailable", kUnavailable, "Redis is not available", "Messages wait; try again later."},
    {"redis-error", kUnavailable, "Redis refused", "Messages wait; the operators have to look at Redis."},
    {"wrong-recipient", kCorrupt, "A message for somebody else",
     "The operators have to look at the dead letters."},
    {"unknown-message-type", kInvalid, "Unknown type of message",
     "The receiver is older than the sender; update it."},
    {"dead-letter-failed-again", kConflict, "The dead letter failed again",
     "Mend the cause that the detail names first."},
    {"dead-letter-not-authentic", kConflict, "The dead letter is not a service's",
     "Find out who can write to Redis; change its passwords and the secret."},
    {"message-not-authentic", kForbidden, "A message without a seal",
     "Find out who can write to Redis; change its passwords and the secret."},
    {"outbox-full", kUnavailable, "Too much waits for other services",
     "Try again later; the operators have to look at Redis and the services behind.", 0, 5},
    {"clock-behind", kUnavailable, "The clock is behind",
     "Try again later; the operators have to set the machine's clock.", 0, 5},
    {"message-at-work", kUnavailable, "Another process is at it", "It is asked for again."},
    {"message-ends-process", kInternal, "A message ended its process",
     "The operators have to look at the dead letter."},
    {"redis-evicts", kUnavailable, "Redis may throw messages away",
     "Set its maxmemory-policy to noeviction."},
    {"dead-letter-unreadable", kConflict, "The dead letter cannot be read",
     "It stays for a person to look at."},
    {"exception", kInternal, "A bug showed", "Tell the operators the request id."},
    // ---- the customer report
    {"bad-confirmation", kInvalid, "Not a confirmation", "Use intrusion, mail_abuse, both, or none."},
    {"bad-notice-source", kInvalid, "Not a source of a notice", "Use third_party or customer."},
    {"version-missing", kInvalid, "A version is missing", "Name the version that was in force."},
};

}  // namespace

const std::vector<ProblemEntry>& problem_catalogue() {
  static const std::vector<ProblemEntry> sorted = [] {
    auto rows = kRows;
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return rows;
  }();
  return sorted;
}

const ProblemEntry* find_problem(std::string_view name) {
  const auto& all = problem_catalogue();
  const auto it =
      std::lower_bound(all.begin(), all.end(), name,
                       [](const ProblemEntry& entry, std::string_view n) { return entry.name < n; });
  return it != all.end() && it->name == name ? &*it : nullptr;
}

int http_status(ErrorCode code) {
  switch (code) {
    case kInvalid:
      return 422;
    case kUnauthorized:
      return 401;
    case kForbidden:
      return 403;
    case kNotFound:
      return 404;
    case kConflict:
      return 409;
    case kTooLarge:
      return 413;
    case kUnavailable:
      return 503;
    case kTimeout:
      return 504;
    case kCorrupt:
    case kInternal:
      return 500;
  }
  return 500;
}

int problem_status(const Error& error) {
  const auto* entry = find_problem(error.problem);
  return entry != nullptr && entry->status != 0 ? entry->status : http_status(error.code);
}

std::string problem_catalogue_markdown() {
  std::string out =
      "# Problems\n\n"
      "Every error is a problem document (RFC 9457, `application/problem+json`): `type` is\n"
      "`urn:rescue:problem:` and one of these names, `detail` says what would be right, `pointer` names the "
      "field of\n"
      "the body where it is about one, `request_id` is what the operators find it by. A 500 says nothing "
      "more,\na 503 or 429 says in `Retry-After` when to try again.\n\n"
      "Generated from libs/http/src/problems.cpp; its test compares the two.\n\n"
      "| name | status | title | what to do |\n|---|---|---|---|\n";
  for (const auto& entry : problem_catalogue()) {
    const int status = entry.status != 0 ? entry.status : http_status(entry.code);
    out += "| `" + std::string(entry.name) + "` | " + std::to_string(status) + " | " +
           std::string(entry.title) + " | " + std::string(entry.remedy) + " |\n";
  }
  return out;
}

}  // namespace rescue::http
