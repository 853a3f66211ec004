#pragma once

#include "command.hpp"

// One function per line of the table in command.cpp; one file per family.
namespace rescue::ctl {

Status list_incidents(Session& session, const Arguments& given);
Status show_incident(Session& session, const Arguments& given);
Status show_report(Session& session, const Arguments& given);

Status show_calendar(Session& session, const Arguments& given);
Status show_sla(Session& session, const Arguments& given);

Status confirm(Session& session, const Arguments& given);
Status unconfirm(Session& session, const Arguments& given);
Status decide(Session& session, const Arguments& given);
Status ask_customer(Session& session, const Arguments& given);

Status list_tasks(Session& session, const Arguments& given);
Status show_task(Session& session, const Arguments& given);
Status claim_task(Session& session, const Arguments& given);
Status release_task(Session& session, const Arguments& given);
Status hand_task_over(Session& session, const Arguments& given);
Status complete_task(Session& session, const Arguments& given);

Status add_note(Session& session, const Arguments& given);
Status add_task_note(Session& session, const Arguments& given);
Status list_notes(Session& session, const Arguments& given);
Status bring_evidence(Session& session, const Arguments& given);
Status attach_evidence(Session& session, const Arguments& given);
Status add_finding(Session& session, const Arguments& given);
Status complete_by_hand(Session& session, const Arguments& given);
Status merge(Session& session, const Arguments& given);
Status unmerge(Session& session, const Arguments& given);
Status reopen(Session& session, const Arguments& given);
Status undo_response(Session& session, const Arguments& given);
Status plan_response(Session& session, const Arguments& given);
Status show_plan(Session& session, const Arguments& given);
Status hand_in_mail(Session& session, const Arguments& given);
Status show_original(Session& session, const Arguments& given);
Status report_what_was_read(Session& session, const Arguments& given);
Status list_systems(Session& session, const Arguments& given);
Status show_comparison(Session& session, const Arguments& given);
Status show_what_was_shown(Session& session, const Arguments& given);
Status judge_quote(Session& session, const Arguments& given);

Status list_customer_tasks(Session& session, const Arguments& given);
Status list_charges(Session& session, const Arguments& given);
Status show_charge(Session& session, const Arguments& given);
Status credit_charge(Session& session, const Arguments& given);
Status export_charges(Session& session, const Arguments& given);
Status list_fees(Session& session, const Arguments& given);
Status reconcile(Session& session, const Arguments& given);

Status list_jobs(Session& session, const Arguments& given);
Status requeue_job(Session& session, const Arguments& given);
Status list_queues(Session& session, const Arguments& given);
Status pause_queue(Session& session, const Arguments& given);
Status resume_queue(Session& session, const Arguments& given);
Status pause_incident(Session& session, const Arguments& given);
Status resume_incident(Session& session, const Arguments& given);
Status list_pauses(Session& session, const Arguments& given);

Status list_notices(Session& session, const Arguments& given);
Status show_notice(Session& session, const Arguments& given);
Status retry_notice(Session& session, const Arguments& given);
Status settle_notice(Session& session, const Arguments& given);
Status list_endpoints(Session& session, const Arguments& given);
Status enable_endpoint(Session& session, const Arguments& given);
Status announce_stop(Session& session, const Arguments& given);

Status list_dead_letters(Session& session, const Arguments& given);
Status requeue_dead_letter(Session& session, const Arguments& given);

Status make_backup(Session& session, const Arguments& given);
Status verify_backup(Session& session, const Arguments& given);
Status restore_backup(Session& session, const Arguments& given);

Status new_key(Session& session, const Arguments& given);
Status list_keys(Session& session, const Arguments& given);
Status new_sealing_key(Session& session, const Arguments& given);
Status rotate_sealing_key(Session& session, const Arguments& given);
Status list_sealing_keys(Session& session, const Arguments& given);
Status remove_sealing_key(Session& session, const Arguments& given);
Status disable_key(Session& session, const Arguments& given);

/// The items of a comparison as a table.
std::string comparison_text(const Json& comparison);

}  // namespace rescue::ctl
