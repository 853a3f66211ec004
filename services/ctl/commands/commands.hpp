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
Status complete_task(Session& session, const Arguments& given);

Status list_systems(Session& session, const Arguments& given);
Status show_comparison(Session& session, const Arguments& given);
Status judge_quote(Session& session, const Arguments& given);

Status list_jobs(Session& session, const Arguments& given);
Status requeue_job(Session& session, const Arguments& given);
Status list_queues(Session& session, const Arguments& given);
Status pause_queue(Session& session, const Arguments& given);
Status resume_queue(Session& session, const Arguments& given);
Status pause_incident(Session& session, const Arguments& given);
Status resume_incident(Session& session, const Arguments& given);
Status list_pauses(Session& session, const Arguments& given);

Status list_dead_letters(Session& session, const Arguments& given);
Status requeue_dead_letter(Session& session, const Arguments& given);

Status make_backup(Session& session, const Arguments& given);
Status verify_backup(Session& session, const Arguments& given);
Status restore_backup(Session& session, const Arguments& given);

Status new_key(Session& session, const Arguments& given);
Status list_keys(Session& session, const Arguments& given);
Status disable_key(Session& session, const Arguments& given);

}  // namespace rescue::ctl
