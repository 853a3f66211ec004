#include <gtest/gtest.h>

#include "embedded.hpp"
#include "rescue/store/testing/old_versions.hpp"

namespace rescue::workflow {
namespace {

TEST(WorkflowMigrations, KeepTheRowsOfEachEarlierVersion) {
  // long: a table, one row for each thing that has to survive.
  store::testing::expect_rows_to_survive(
      migrations(),
      {{.since = 1,
        .insert = "INSERT INTO incidents (incident_id, version, state, server_id, customer, category, "
                  "notice_source, confirmation, runbook_version, milestones, traceparent, opened_us, "
                  "changed_us) VALUES ('inc_a', 3, 'working', 'srv-1', 'C-1', 'intrusion', 'third_party', "
                  "'[]', 'r', '{}', '', 5, 6)",
        .select = "SELECT state FROM incidents WHERE incident_id = 'inc_a' AND version = 3",
        .expected = "working"},
       {.since = 1,
        .before = 5,  // its time is kept from then on
        .insert =
            "INSERT INTO incidents (incident_id, version, state, server_id, customer, category, "
            "notice_source, confirmation, waiting_for, runbook_version, milestones, traceparent, "
            "opened_us, changed_us) VALUES ('inc_b', 1, 'awaiting_choice', 'srv-2', 'C-1', 'intrusion', "
            "'third_party', '[]', 'choice', 'r', '{}', '', 7, 8)",
        .select = "SELECT waiting_for FROM sla_segments WHERE incident_id = 'inc_b' AND from_us = 7 AND "
                  "state = 'awaiting_choice' AND to_us IS NULL",
        .expected = "choice"},
       {.since = 1,
        .insert = "INSERT INTO orders (order_id, incident_id, request_id, server_id, work_item, quote_id, "
                  "quote_sha256, consents, versions, actor, state, submitted_us) VALUES ('ord_1', 'inc_a', "
                  "'req_1', 'srv-1', 'investigation', 'quo_1', 'h', '[]', '{}', '{}', 'accepted', 5)",
        .select = "SELECT quote_id FROM orders WHERE order_id = 'ord_1'",
        .expected = "quo_1"},
       {.since = 1,
        .insert = "INSERT INTO choices (request_id, incident_id, choice, actor, shown, chosen_us) VALUES "
                  "('req_c', 'inc_a', 'service', '{}', '{}', 5)",
        .select = "SELECT choice FROM choices WHERE request_id = 'req_c' AND comparison IS NULL",
        .expected = "service"},
       {.since = 1,
        .insert = "INSERT INTO hearings (incident_id, state, questions, answers, asked_us, deadline_us) "
                  "VALUES ('inc_a', 'open', '[]', '{}', 5, 9)",
        .select = "SELECT state FROM hearings WHERE incident_id = 'inc_a' AND asked_us = 5",
        .expected = "open"},
       {.since = 1,
        .insert = "INSERT INTO jobs (job_id, incident_id, kind, state, attempt, not_before_us, traceparent, "
                  "created_us) VALUES ('job_1', 'inc_a', 'investigation', 'leased', 2, 5, '', 5)",
        .select = "SELECT state FROM jobs WHERE job_id = 'job_1' AND attempt = 2",
        .expected = "leased"},
       {.since = 1,
        .insert =
            "INSERT INTO tasks (task_id, incident_id, kind, state, details, created_us) VALUES ('tsk_1', "
            "'inc_a', 'job_dead', 'open', '{}', 5)",
        .select = "SELECT kind FROM tasks WHERE task_id = 'tsk_1'",
        .expected = "job_dead"},
       {.since = 6,
        .insert = "INSERT INTO notes (note_id, incident_id, task_id, author, text, written_us) VALUES "
                  "('note_1', 'inc_a', 'tsk_1', 'operator:k', 'seen', 5)",
        .select = "SELECT text FROM notes WHERE task_id = 'tsk_1' AND incident_id = 'inc_a'",
        .expected = "seen"},
       {.since = 12,
        .insert = "INSERT INTO tasks (task_id, kind, state, details, created_us) VALUES ('tsk_2', "
                  "'read_report', 'open', '{}', 5)",
        .select = "SELECT kind FROM tasks WHERE task_id = 'tsk_2' AND incident_id IS NULL",
        .expected = "read_report"},
       {.since = 1,
        .before = 7,  // its fee is known from then on
        .insert =
            "INSERT INTO incidents (incident_id, version, state, server_id, customer, category, "
            "notice_source, confirmation, runbook_version, milestones, charge, traceparent, opened_us, "
            "changed_us) VALUES ('inc_fee', 3, 'completed', 'srv-1', 'C-1', 'intrusion', 'third_party', "
            "'[]', 'r', '{}', '{\"charge_id\":\"chg_01j9z3k4m5n6p7q8r9s0t1v2w7\",\"total_yen\":55000}', "
            "'', 5, 6)",
        .select = "SELECT customer FROM incidents WHERE incident_id = 'inc_fee'",
        .expected = "C-1"},
       {.since = 1,
        .before = 7,  // its fee is known from then on
        .insert =
            "INSERT INTO orders (order_id, incident_id, request_id, server_id, work_item, quote_id, "
            "quote_sha256, consents, versions, actor, state, total_yen, submitted_us) VALUES ('ord_fee', "
            "'inc_fee', 'req_fee', 'srv-1', 'investigation', 'quo_fee', 'h', '[]', '{}', '{}', 'accepted', "
            "55000, 5)",
        .select =
            "SELECT charge_id FROM orders WHERE order_id = 'ord_fee' AND fee_due_us = 6 AND charged_yen "
            "= total_yen",
        .expected = "chg_01j9z3k4m5n6p7q8r9s0t1v2w7"},
       {.since = 11,
        .insert = "INSERT INTO sealed_access (request_id, incident_id, key_id, sealed, received_us) VALUES "
                  "('req_a', 'inc_a', 'seal-0123456789abcdef', 'c2VhbGVk', 5)",
        .select = "SELECT sealed FROM sealed_access WHERE incident_id = 'inc_a'",
        .expected = "c2VhbGVk"},
       {.since = 13,
        .insert = "INSERT INTO contract_addresses (incident_id, addresses, asked_us) VALUES ('inc_a', "
                  "'[\"192.0.2.10\"]', 5)",
        .select = "SELECT addresses FROM contract_addresses WHERE incident_id = 'inc_a'",
        .expected = "[\"192.0.2.10\"]"},
       {.since = 14,
        .insert =
            "INSERT INTO jobs (job_id, incident_id, kind, state, attempt, not_before_us, traceparent, "
            "created_us, instructions) VALUES ('job_14', 'inc_a', 'mail_abuse_undo', 'queued', 1, 0, '', "
            "5, '{}')",
        .select = "SELECT instructions FROM jobs WHERE job_id = 'job_14'",
        .expected = "{}"},
       {.since = 8,
        .insert = "INSERT INTO notices (notice_id, incident_id, kind, audience, recipient, subject, state, "
                  "facts, texts, traceparent, created_us) VALUES ('ntc_1', 'inc_a', 'situation', 'customer', "
                  "'C-1', '', 'pending', '{}', '{}', '', 5)",
        .select = "SELECT kind FROM notices WHERE notice_id = 'ntc_1'",
        .expected = "situation"}});
}

}  // namespace
}  // namespace rescue::workflow
