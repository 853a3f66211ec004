#include "command.hpp"

#include "commands/commands.hpp"

namespace rescue::ctl {

const std::vector<Command>& commands() {
  // clang-format off
  static const std::vector<Command> table = {
      {"incidents", "[--state S] [--server ID] [--customer C]", "List incidents", list_incidents},
      {"incident", "ID", "One incident's story: what is known, and what happened", show_incident},
      {"report", "ID [--html] [--lang LANG]", "The customer report, as JSON or as a page (ja, en)", show_report},
      {"sla", "ID", "The clocks of an incident: used and due, day by day", show_sla},
      {"calendar", "[--at T]", "Whether we work at a time, when next, and why not before", show_calendar},
      {"confirm", "ID --as KINDS --reason R [--version N]", "Confirm intrusion, mail_abuse or both (comma)", confirm},
      {"unconfirm", "ID --reason R [--version N]", "Say that nothing was found", unconfirm},
      {"decide", "ID DECISION --reason R [--version N]", "Any other decision: recheck, close, cancel", decide},
      {"ask", "ID --ja TEXT --en TEXT --reason R", "Ask the customer more; the work waits for the answer", ask_customer},
      {"tasks", "[--state S] [--incident ID]", "The work list (open, done; open unless said)", list_tasks},
      {"task complete", "ID --outcome O --note N", "Finish a task", complete_task},
      {"systems", "", "Operating systems and packages that the work covers today", list_systems},
      {"comparison", "SERVER", "What can be chosen for a server, with prices and times", show_comparison},
      {"quote judge", "INCIDENT --server ID --item W --standing S --reason R [--out-of-hours]", "Quote for an unlisted system, as in_support or past_support", judge_quote},
      {"jobs", "[--state S] [--kind K] [--queue Q] [--incident ID]", "Jobs (queued, leased, succeeded, dead, stopped, cancelled)", list_jobs},
      {"job requeue", "ID --reason R [--not-before T] [--take-over]", "Put a job back that was given up; over another's lock", requeue_job},
      {"queues", "", "The queues of jobs: what waits, since when, what is held back", list_queues},
      {"queue pause", "QUEUE --reason R", "Hand out no job of it; what runs goes on", pause_queue},
      {"queue resume", "QUEUE --reason R", "Let it go on", resume_queue},
      {"incident pause", "ID --reason R", "Hand out no job of it; what runs goes on", pause_incident},
      {"incident resume", "ID --reason R", "Let its jobs go on", resume_incident},
      {"pauses", "[--state S]", "Who held back what, when and why (active, lifted; active unless said)", list_pauses},
      {"dead-letters", "[SERVICE]", "Messages that a service could not handle", list_dead_letters},
      {"dead-letter requeue", "SERVICE NUMBER --reason R", "Hand a message to its service again", requeue_dead_letter},
      {"backup", "--intake FILE --workflow FILE --pricing FILE --worker FILE --to DIR", "Copy all databases, at one moment, and the evidence", make_backup},
      {"backup verify", "DIR", "Read and check all of a backup", verify_backup},
      {"restore", "--intake FILE --workflow FILE --pricing FILE --worker FILE --from DIR --reason R [--replace]", "Put a backup in place, the services being stopped", restore_backup},
      {"key new", "--id ID --role ROLE --name N [--file F]", "Make an API key; its token is shown once", new_key},
      {"key list", "--file F", "The keys of a key file", list_keys},
      {"key disable", "--id ID --file F", "Stop a key from working (services read the file at start)", disable_key},
  };
  // clang-format on
  return table;
}

}  // namespace rescue::ctl
