#include "command.hpp"

#include "commands/commands.hpp"

namespace rescue::ctl {

const std::vector<Command>& commands() {
  // clang-format off
  static const std::vector<Command> table = {
      {"incidents", "[--state S] [--server ID] [--customer C]", "List incidents", list_incidents},
      {"incident", "ID", "One incident's story: what is known, and what happened", show_incident},
      {"report", "ID [--html] [--lang LANG]", "The customer report, as JSON or as a page (ja, en)", show_report},
      {"shown", "ID", "What the customer was shown at its choices and orders, and the consents with their texts' versions", show_what_was_shown},
      {"sla", "ID", "The clocks of an incident: used and due, day by day", show_sla},
      {"calendar", "[--at T]", "Whether we work at a time, when next, and why not before", show_calendar},
      {"confirm", "ID --as KINDS --reason R [--version N]", "Confirm intrusion, mail_abuse or both (comma)", confirm},
      {"unconfirm", "ID --reason R [--version N]", "Say that nothing was found", unconfirm},
      {"decide", "ID DECISION --reason R [--version N]", "Any other decision: recheck, close, cancel", decide},
      {"ask", "ID --ja TEXT --en TEXT --reason R", "Ask the customer more; the work waits for the answer", ask_customer},
      {"merge", "ID --into ID2 --reason R", "Merge an incident into another of the same server", merge},
      {"unmerge", "ID --reason R", "Let what was merged stand alone again", unmerge},
      {"reopen", "ID --reason R", "Take up an incident that is over, as a new one", reopen},
      {"note", "ID --text T", "Write a note on an incident", add_note},
      {"notes", "ID", "The notes on an incident and its tasks", list_notes},
      {"evidence bring", "FILE", "Bring a file (160 KiB at most) to the evidence store; prints its SHA-256", bring_evidence},
      {"evidence attach", "ID --sha256 H --name N --about T", "Attach evidence of the store to an incident", attach_evidence},
      {"finding", "ID --severity S --confidence C --attack IDS --title-ja T --title-en T --why-ja T --why-en T --evidence HASHES --file F [--path P] [--account A] [--address A] [--time T]", "Record what a person found", add_finding},
      {"finish", "ID --outcome O --reason-ja T --reason-en T --evidence HASHES [--technique T] [--entry-ja T] [--entry-en T] [--confidence C] [--account A] [--address A] [--at T]", "End an investigation by hand: cause_identified (with the way in), cause_unknown, limited_evidence", complete_by_hand},
      {"tasks", "[--state S] [--incident ID] [--kind K] [--holder KEY]", "The work list (open, done; open unless said); --holder nobody: unclaimed", list_tasks},
      {"task", "ID", "One task with its notes", show_task},
      {"task claim", "ID", "Take a task in hand", claim_task},
      {"task release", "ID --reason R", "Let go of a task", release_task},
      {"task hand-over", "ID --to KEY --reason R [--from KEY]", "Hand a task over to another operator", hand_task_over},
      {"task note", "ID --text T", "Write a note on a task", add_task_note},
      {"task complete", "ID --outcome O --note N", "Finish a task; a question is answered: same_incident or new_incident, granted or rejected", complete_task},
      {"systems", "", "Operating systems and packages that the work covers today", list_systems},
      {"comparison", "SERVER [--incident ID]", "What can be chosen for a server, with prices and times", show_comparison},
      {"quote judge", "INCIDENT --server ID --item W --standing S --reason R [--out-of-hours]", "Quote for an unlisted system, as in_support or past_support", judge_quote},
      {"customer-tasks", "[--state S] [--customer C] [--incident ID]", "What customers have to do (open, done, withdrawn; open unless said)", list_customer_tasks},
      {"charges", "[--incident ID]", "What was charged, and what credit notes took back", list_charges},
      {"charge", "ID", "One charge, its lines and its credit notes", show_charge},
      {"credit", "CHARGE --total YEN --reason R [--lines L]", "Take a charge back: all that is left, or of lines (1:5000,2:300, without tax)", credit_charge},
      {"export", "MONTH [--format F]", "Charges and credit notes of a month (csv, json; csv unless said)", export_charges},
      {"fees", "[--month M] [--unmatched]", "Which fees are due, and whether each has its charge", list_fees},
      {"reconcile", "MONTH", "Compare the month's fees with its charges; 1 where they do not match", reconcile},
      {"jobs", "[--state S] [--kind K] [--queue Q] [--incident ID]", "Jobs (queued, leased, succeeded, dead, stopped, cancelled)", list_jobs},
      {"job requeue", "ID --reason R [--not-before T] [--take-over]", "Put a job back that was given up; over another's lock", requeue_job},
      {"queues", "", "The queues of jobs: what waits, since when, what is held back", list_queues},
      {"queue pause", "QUEUE --reason R", "Hand out no job of it; what runs goes on", pause_queue},
      {"queue resume", "QUEUE --reason R", "Let it go on", resume_queue},
      {"incident pause", "ID --reason R", "Hand out no job of it; what runs goes on", pause_incident},
      {"incident resume", "ID --reason R", "Let its jobs go on", resume_incident},
      {"pauses", "[--state S]", "Who held back what, when and why (active, lifted; active unless said)", list_pauses},
      {"notices", "[--state S] [--incident ID]", "What was told (shown, pending, delivered, undeliverable, withdrawn)", list_notices},
      {"notice", "ID", "One notice: its deliveries and their attempts", show_notice},
      {"notice retry", "ID --reason R", "Try what has failed again", retry_notice},
      {"notice settle", "ID --channel C --how H", "Say how it was delivered (phone, post, mail, in_person, other)", settle_notice},
      {"endpoints", "", "The webhook endpoints, and how they do", list_endpoints},
      {"endpoint enable", "ID --reason R", "Use a disabled endpoint again", enable_endpoint},
      {"incident stop", "ID --from T --until T --reason R", "Announce when its server may be stopped", announce_stop},
      {"dead-letters", "[SERVICE]", "Messages that a service could not handle", list_dead_letters},
      {"dead-letter requeue", "SERVICE NUMBER --reason R", "Hand a message to its service again", requeue_dead_letter},
      {"backup", "--intake FILE --workflow FILE --pricing FILE --worker FILE --to DIR", "Copy all databases, at one moment, and the evidence", make_backup},
      {"backup verify", "DIR", "Read and check all of a backup", verify_backup},
      {"restore", "--intake FILE --workflow FILE --pricing FILE --worker FILE --from DIR --reason R [--replace]", "Put a backup in place, the services being stopped", restore_backup},
      {"key new", "--id ID --role ROLE --name N [--file F]", "Make an API key; its token is shown once", new_key},
      {"key list", "--file F", "The keys of a key file", list_keys},
      {"key disable", "--id ID --file F", "Stop a key from working (services read the file at start)", disable_key},
      {"sealing-key new", "--keyring F --public F [--days N]", "Make the first key that customers seal access to; in force for N days (400)", new_sealing_key},
      {"sealing-key rotate", "--keyring F --public F [--days N] [--grace-days N]", "Make a new one; boxes to earlier ones are taken for N days more (7), and always opened", rotate_sealing_key},
      {"sealing-key list", "--keyring F --public F", "The sealing keys, and until when boxes to them are taken", list_sealing_keys},
      {"sealing-key remove", "--id ID --keyring F --public F", "Forget a key whose time is over: what was sealed to it can never be opened again", remove_sealing_key},
  };
  // clang-format on
  return table;
}

}  // namespace rescue::ctl
